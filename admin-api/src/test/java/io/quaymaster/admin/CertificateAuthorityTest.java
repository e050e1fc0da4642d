package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.certificate.CertificateAuthority;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Certificate authorities over REST. */
class CertificateAuthorityTest extends AdminApiTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  private static final String BODY = "{\"publicKey\":\"" + KEY + " partners-ca\"%s}";

  /** A list without a section. */
  private static final byte[] EMPTY_LIST =
      ByteBuffer.allocate(44).putLong(0x5353484b524c0a00L).putInt(1).array();

  private static String authorities(String tenant) {
    return tenantPath(tenant) + "/certificate-authorities";
  }

  private String made(String tenant) {
    Answer made = platformAdmin().post(authorities(tenant), BODY.formatted("")).created();
    return made.header("Location");
  }

  private JsonNode shown(String authority) {
    return platformAdmin().get(authority).ok().json();
  }

  @Test
  void anAuthorityIsMadeChangedAndTakenAway() {
    String tenant = tenant();
    String authority = made(tenant);
    JsonNode shown = shown(authority);
    assertThat(shown.get("label").stringValue()).isEqualTo("partners-ca");
    assertThat(shown.get("publicKey").stringValue()).isEqualTo(KEY);
    assertThat(shown.get("accounts").toString()).isEqualTo("[\"*\"]");
    assertThat(platformAdmin().all(authorities(tenant), 1)).containsExactly(shown);
    platformAdmin().post(authorities(tenant), BODY.formatted("")).problem(409, "AUTHORITY_EXISTS");
    made(tenant()); // of another tenant it is another authority
    JsonNode changed = platformAdmin().patch(authority, "{\"accounts\":[\"ci-*\"]}").ok().json();
    assertThat(changed.get("accounts").toString()).isEqualTo("[\"ci-*\"]");
    assertThat(changed.get("label").stringValue()).isEqualTo("partners-ca");
    platformAdmin().delete(authority).noContent();
    platformAdmin().get(authority).problem(404, "NOT_FOUND");
  }

  @Test
  void whatMakesNoSenseIsNamed() {
    String authorities = authorities(tenant());
    platformAdmin().post(authorities, "{}").wrong("publicKey");
    platformAdmin()
        .post(authorities, BODY.formatted(",\"accounts\":[\"a b\"]"))
        .wrong("accounts[0]");
    platformAdmin().post(authorities, BODY.formatted(",\"accounts\":[]")).wrong("accounts");
  }

  @Test
  void certificatesAreRevokedAndRestored() {
    String authority = made(tenant());
    platformAdmin()
        .post(
            authority + "/revocations",
            "{\"serials\":[\"17\",\"18446744073709551615\"],\"keyIds\":[\"a laptop/1\"]}")
        .ok();
    platformAdmin().post(authority + "/revocations", "{\"serials\":[\"17\"]}").ok();
    assertThat(shown(authority).get("revokedCertificates").intValue()).isEqualTo(3);
    platformAdmin().delete(authority + "/revocations?serial=17").noContent();
    platformAdmin().delete(authority + "/revocations?keyId=a%20laptop/1").noContent();
    platformAdmin().delete(authority + "/revocations?serial=17").problem(404, "NOT_FOUND");
    platformAdmin().delete(authority + "/revocations").wrong("serial");
    JsonNode left = platformAdmin().get(authority + "/revocations").ok().json().get("items");
    assertThat(left.size()).isOne();
    assertThat(left.get(0).get("serial").stringValue()).isEqualTo("18446744073709551615");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.0", "18446744073709551616", "x", ""})
  void aSerialIsANumber(String serial) {
    platformAdmin()
        .post(made(tenant()) + "/revocations", "{\"serials\":[\"%s\"]}".formatted(serial))
        .wrong("serials[0]");
  }

  private static String krl(byte[] list) {
    return "{\"krl\":\"%s\"}".formatted(Base64.getEncoder().encodeToString(list));
  }

  @Test
  void aListIsTakenAndForgotten() {
    String list = made(tenant()) + "/revocation-list";
    String authority = list.replace("/revocation-list", "");
    platformAdmin().put(list, krl(EMPTY_LIST)).ok();
    assertThat(shown(authority).get("revocationListBytes").intValue()).isEqualTo(44);
    byte[] withUnknownSection = ByteBuffer.allocate(49).put(EMPTY_LIST).put((byte) 99).array();
    platformAdmin().put(list, krl(withUnknownSection)).wrong("krl");
    platformAdmin().put(list, krl(new byte[] {1, 2, 3})).wrong("krl");
    platformAdmin().put(list, "{\"krl\":\"no base64\"}").wrong("krl");
    platformAdmin().put(list, "{}").wrong("krl");
    assertThat(shown(authority).get("revocationListBytes").intValue()).isEqualTo(44);
    platformAdmin().delete(list).noContent();
    assertThat(shown(authority).get("revocationListBytes").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "*, alice, true",
    "alice, alice, true",
    "alice, alice2, false",
    "ci-*, ci-build, true",
    "ci-*, xci-build, false",
    "*-bot, ci-bot, true",
    "a*a, a, false",
    "a*a, aa, true",
    "a*b*c, a-b-b-c, true",
    "a*b*c, a-c-b, false"
  })
  void aStarStandsForAnyCharacters(String pattern, String username, boolean fits) {
    assertThat(CertificateAuthority.fits(pattern, username)).isEqualTo(fits);
  }
}
