package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BanTest extends AdminApiTest {
  private static final String BANS = "/api/v1/bans";
  private static final String UNTIL = "2035-01-01T00:00:00Z";

  private static String ban(String network) {
    return "{\"network\":\"%s\",\"reason\":\"scanner\",\"until\":\"%s\"}".formatted(network, UNTIL);
  }

  /** As a gateway writes it. */
  private long accountBan(String tenant, String username) {
    return jdbc.sql(
            "insert into ban (tenant, username, reason, strikes, imposed_at, ends_at)"
                + " values (?, ?, 'auth-failed', 2, now(), now() + interval '5 minutes')"
                + " returning id")
        .params(tenant, username)
        .query((row, n) -> row.getLong(1))
        .single();
  }

  @Test
  void aNetworkIsBannedAndLiftedByHand() {
    Answer made = platformAdmin().post(BANS, ban("203.0.113.0/24")).created();
    assertThat(made.text("network")).isEqualTo("203.0.113.0/24");
    assertThat(made.text("kind")).isEqualTo("manual");
    assertThat(made.text("reason")).isEqualTo("scanner");
    assertThat(made.text("until")).isEqualTo(UNTIL);
    String here = made.header("Location");
    assertThat(platformAdmin().get(here).ok().text("network")).isEqualTo("203.0.113.0/24");
    assertThat(seen.bansImposed).contains("203.0.113.0/24");
    platformAdmin().delete(here).noContent();
    platformAdmin().get(here).problem(404, "NOT_FOUND");
    platformAdmin().delete(here).problem(404, "NOT_FOUND");
    assertThat(seen.bansLifted).contains("203.0.113.0/24");
    assertThat(platformAdmin().get("/api/v1/audit?action=ban.lift").response().body())
        .contains("203.0.113.0/24");
    assertThat(platformAdmin().get("/api/v1/audit?action=ban.impose").response().body())
        .contains("scanner");
  }

  @Test
  void banningAgainChangesTheBan() {
    Answer first = platformAdmin().post(BANS, ban("198.51.100.9")).created();
    Answer again =
        platformAdmin().post(BANS, ban("198.51.100.9/32").replace("scanner", "worse")).created();
    assertThat(again.text("id")).isEqualTo(first.text("id"));
    assertThat(platformAdmin().get(again.header("Location")).text("reason")).isEqualTo("worse");
  }

  @Test
  void bansAreFoundByAddressAndByAccount() {
    String tenant = tenant();
    platformAdmin().post(BANS, ban("2001:db8:7::/48")).created();
    long alice = accountBan(tenant, "alice");
    accountBan(tenant, "bob");
    assertThat(platformAdmin().all(BANS + "?source=2001:db8:7:1::5", 10))
        .extracting(b -> b.get("network").stringValue())
        .containsExactly("2001:db8:7:0:0:0:0:0/48");
    assertThat(platformAdmin().all(BANS + "?source=2001:db8:8::5", 10)).isEmpty();
    assertThat(platformAdmin().all(BANS + "?tenant=" + tenant + "&account=alice", 10))
        .singleElement()
        .satisfies(b -> assertThat(b.get("id").stringValue()).isEqualTo(Long.toString(alice)));
    assertThat(platformAdmin().all(BANS + "?tenant=" + tenant, 1)).hasSize(2);
    platformAdmin().get(BANS + "?source=there").wrong("source");
  }

  @Test
  void whatIsOverIsNotThere() {
    long over = accountBan(tenant(), "alice");
    jdbc.sql(
            "update ban set imposed_at = now() - interval '2 minutes', ends_at = now() - interval"
                + " '1 minute' where id = ?")
        .param(over)
        .update();
    platformAdmin().get(BANS + "/" + over).problem(404, "NOT_FOUND");
    platformAdmin().delete(BANS + "/" + over).problem(404, "NOT_FOUND");
  }

  @Test
  void aTenantAdminSeesAndLiftsThoseOfItsOwnAccounts() {
    String mine = tenant();
    String others = tenant();
    Api admin = tenantAdmin(mine);
    long own = accountBan(mine, "alice");
    long foreign = accountBan(others, "alice");
    String network = platformAdmin().post(BANS, ban("198.51.100.77")).created().header("Location");
    assertThat(admin.all(BANS, 1))
        .singleElement()
        .satisfies(b -> assertThat(b.get("id").stringValue()).isEqualTo(Long.toString(own)));
    admin.get(network).problem(404, "NOT_FOUND");
    admin.delete(network).problem(404, "NOT_FOUND");
    admin.get(BANS + "/" + foreign).problem(404, "NOT_FOUND");
    admin.delete(BANS + "/" + foreign).problem(404, "NOT_FOUND");
    admin.post(BANS, ban("198.51.100.78")).problem(403, "FORBIDDEN");
    admin.delete(BANS + "/" + own).noContent();
    assertThat(seen.bansLifted).contains("alice@" + mine);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'office','reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'203.0.113.1/24','reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'0.0.0.0/0','reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'10.0.0.0/7','reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'2000::/3','reason':'x','until':'2035-01-01T00:00:00Z'}|network",
        "{'network':'203.0.113.1','until':'2035-01-01T00:00:00Z'}|reason",
        "{'network':'203.0.113.1','reason':'a\\nb','until':'2035-01-01T00:00:00Z'}|reason",
        "{'network':'203.0.113.1','reason':'x'}|until",
        "{'network':'203.0.113.1','reason':'x','until':'soon'}|until",
        "{'network':'203.0.113.1','reason':'x','until':'2001-01-01T00:00:00Z'}|until",
        "{'network':'203.0.113.1','reason':'x','until':'9001-01-01T00:00:00Z'}|until",
        "{'network':'203.0.113.1','reason':'x','until':'2035-01-01T00:00:00Z','account':'a'}|account",
      })
  void aWrongFieldIsNamed(String json, String field) {
    platformAdmin().post(BANS, json.replace('\'', '"')).wrong(field);
  }
}
