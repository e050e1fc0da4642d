package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What lets in, and when: of tenants, accounts, keys and passwords. */
class AuthenticationTest extends AdminApiTest {
  private static final String POLICY =
      """
      {"authentication":{"methods":["publickey,keyboard-interactive","publickey,password"],
                         "hours":{"zone":"Europe/Berlin","windows":["mon-fri 08:00-18:00"]}}}
      """;

  private static JsonNode authentication(Api.Answer answer) {
    return answer.ok().json().get("authentication");
  }

  private String alice(String tenant) {
    makeAccount(tenant, "alice", "");
    return account(tenant, "alice");
  }

  @Test
  void aPolicyIsSetShownAndLeftToTheTenantAgain() {
    String tenant = tenantWithStore();
    for (String path : new String[] {alice(tenant), tenantPath(tenant)}) {
      assertThat(authentication(platformAdmin().get(path)).get("methods").isNull()).isTrue();
      JsonNode set = authentication(platformAdmin().patch(path, POLICY));
      assertThat(set.get("methods").toString())
          .isEqualTo("[\"publickey,keyboard-interactive\",\"publickey,password\"]");
      assertThat(set.get("hours").toString())
          .isEqualTo("{\"zone\":\"Europe/Berlin\",\"windows\":[\"mon-fri 08:00-18:00\"]}");
      assertThat(authentication(platformAdmin().get(path))).isEqualTo(set);
      JsonNode left =
          authentication(platformAdmin().patch(path, "{\"authentication\":{\"methods\":null}}"));
      assertThat(left.get("methods").isNull()).isTrue();
      assertThat(left.get("hours").isNull()).isFalse();
      assertThat(
              authentication(platformAdmin().patch(path, "{\"authentication\":null}"))
                  .get("hours")
                  .isNull())
          .isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'methods':[] | authentication.methods",
        "'methods':['publickey','guess'] | authentication.methods[1]",
        "'methods':['keyboard-interactive'] | authentication.methods[0]",
        "'methods':[null] | authentication.methods[0]",
        "'hours':{'windows':['mon 08:00-09:00']} | authentication.hours.zone",
        "'hours':{'zone':'Mars/Utopia','windows':['mon 08:00-09:00']} | authentication.hours.zone",
        "'hours':{'zone':'UTC'} | authentication.hours.windows",
        "'hours':{'zone':'UTC','windows':[]} | authentication.hours.windows",
        "'hours':{'zone':'UTC','windows':['whenever']} | authentication.hours.windows[0]"
      })
  void whatMakesNoSenseIsNamed(String fields, String wrong) {
    String tenant = tenantWithStore();
    String patch = "{\"authentication\":{" + fields.replace('\'', '"') + "}}";
    platformAdmin().patch(alice(tenant), patch).wrong(wrong);
    platformAdmin().patch(tenantPath(tenant), patch).wrong(wrong);
  }

  @Test
  void passwordsObeyTheTenantsRules() {
    String tenant = tenantWithStore();
    String alice = alice(tenant);
    platformAdmin()
        .patch(
            tenantPath(tenant),
            "{\"authentication\":{\"passwords\":{\"minLength\":12,\"maxAgeDays\":90}}}")
        .ok();
    for (String password : new String[] {"elevenchars", "password1234", "short"}) {
      String json = "{\"password\":\"%s\"}".formatted(password);
      platformAdmin().put(alice + "/password", json).wrong("password");
      platformAdmin().patch(alice, json).wrong("password");
      platformAdmin()
          .post(
              accounts(tenant),
              ("{\"username\":\"bob\",\"password\":\"%s\","
                      + "\"home\":{\"store\":\"main\",\"path\":\"bob\"}}")
                  .formatted(password))
          .wrong("password");
    }
    platformAdmin().put(alice + "/password", "{\"password\":\"twelve chars\"}").noContent();
    platformAdmin()
        .patch(
            tenantPath(tenant),
            "{\"authentication\":{\"passwords\":{\"minLength\":0,\"maxAgeDays\":0}}}")
        .wrong("authentication.passwords.minLength", "authentication.passwords.maxAgeDays");
  }

  @Test
  void aPasswordIsExchangedWithAnOverlap() {
    String alice = alice(tenantWithStore());
    Instant until = Instant.now().plus(10, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    String json =
        "{\"password\":\"%s\",\"keepPreviousUntil\":\"%s\",\"expiresAt\":\"2040-01-01T00:00:00Z\"}";
    platformAdmin().put(alice + "/password", json.formatted("the first one", until)).noContent();
    JsonNode first = platformAdmin().get(alice).ok().json();
    assertThat(first.get("previousPasswordUntil").isNull()).as("there was none").isTrue();
    assertThat(first.get("passwordExpiresAt").stringValue()).isEqualTo("2040-01-01T00:00:00Z");
    platformAdmin().put(alice + "/password", json.formatted("the second one", until)).noContent();
    JsonNode second = platformAdmin().get(alice).ok().json();
    assertThat(second.get("previousPasswordUntil").stringValue()).isEqualTo(until.toString());
    platformAdmin().put(alice + "/password", "{\"password\":\"the third one\"}").noContent();
    JsonNode third = platformAdmin().get(alice).ok().json();
    assertThat(third.get("previousPasswordUntil").isNull()).isTrue();
    assertThat(third.get("passwordExpiresAt").isNull()).isTrue();
    platformAdmin()
        .put(
            alice + "/password",
            json.formatted("the fourth one", Instant.now().plus(91, ChronoUnit.DAYS)))
        .wrong("keepPreviousUntil");
  }

  @Test
  void aKeyMayAllowLessThanItsAccount() {
    String keys = alice(tenantWithStore()) + "/keys";
    String key =
        "\"publicKey\":\"ssh-ed25519"
            + " AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\"";
    platformAdmin().post(keys, "{" + key + ",\"directory\":\"in\"}").wrong("directory");
    platformAdmin().post(keys, "{" + key + ",\"directory\":\"/../x\"}").wrong("directory");
    JsonNode made =
        platformAdmin()
            .post(keys, "{" + key + ",\"readOnly\":true,\"directory\":\"/in\"}")
            .created()
            .json();
    assertThat(made.get("readOnly").booleanValue()).isTrue();
    assertThat(made.get("directory").stringValue()).isEqualTo("/in");
    assertThat(platformAdmin().get(keys + "/" + made.get("id").stringValue()).ok().json())
        .isEqualTo(made);
  }
}
