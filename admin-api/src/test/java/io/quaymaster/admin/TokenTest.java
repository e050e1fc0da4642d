package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.token.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTest extends AdminApiTest {
  private static final String TOKENS = "/api/v1/tokens";

  private static String platform(String name) {
    return "{\"name\":\"%s\",\"role\":\"platform-admin\"}".formatted(name);
  }

  private static String ofTenant(String tenant) {
    return "{\"name\":\"t\",\"role\":\"tenant-admin\",\"tenant\":\"%s\"}".formatted(tenant);
  }

  @Test
  void aTokenIsShownOnceAndStoredAsAHash() throws NoSuchAlgorithmException {
    Answer made = platformAdmin().post(TOKENS, platform("ops")).created();
    String token = made.text("token");
    assertThat(token).matches("qmt_[A-Za-z0-9_-]{43}");
    Answer shown = platformAdmin().get(made.header("Location")).ok();
    assertThat(shown.response().body()).doesNotContain(token.substring(4));
    assertThat(shown.text("name")).isEqualTo("ops");
    assertThat(platformAdmin().get(TOKENS).response().body()).doesNotContain(token.substring(4));
    byte[] stored =
        jdbc.sql("select token_hash from api_token where id = ?")
            .param(Long.parseLong(made.text("id")))
            .query(byte[].class)
            .single();
    assertThat(stored)
        .isEqualTo(
            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    assertThat(platformAdmin().get("/api/v1/audit?action=token.create").response().body())
        .contains("\"name\":\"ops\"")
        .doesNotContain(token.substring(4));
  }

  @Test
  void aTokenWorksUntilItIsRevoked() {
    Answer made = platformAdmin().post(TOKENS, platform("ops")).created();
    Api ops = as(made.text("token"));
    ops.get("/api/v1/tenants").ok();
    platformAdmin().delete(made.header("Location")).noContent();
    ops.get("/api/v1/tenants").problem(401, "UNAUTHENTICATED");
    platformAdmin().get(made.header("Location")).problem(404, "NOT_FOUND");
    platformAdmin().delete(made.header("Location")).problem(404, "NOT_FOUND");
  }

  @Test
  void aTokenThatExpiredOpensNothing() {
    Answer made =
        platformAdmin()
            .post(
                TOKENS,
                "{\"name\":\"x\",\"role\":\"platform-admin\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}")
            .created();
    as(made.text("token")).get("/api/v1/tenants").ok();
    jdbc.sql("update api_token set expires_at = now() - interval '1 second' where id = ?")
        .param(Long.parseLong(made.text("id")))
        .update();
    as(made.text("token")).get("/api/v1/tenants").problem(401, "UNAUTHENTICATED");
  }

  @Test
  void theLastUseIsWrittenOnceAMinute() {
    Answer made = platformAdmin().post(TOKENS, platform("ops")).created();
    Api ops = as(made.text("token"));
    ops.get("/api/v1/tenants").ok();
    String first = platformAdmin().get(made.header("Location")).text("lastUsedAt");
    ops.get("/api/v1/tenants").ok();
    assertThat(platformAdmin().get(made.header("Location")).text("lastUsedAt")).isEqualTo(first);
    jdbc.sql("update api_token set last_used_at = last_used_at - interval '61 s' where id = ?")
        .param(Long.parseLong(made.text("id")))
        .update();
    ops.get("/api/v1/tenants").ok();
    assertThat(platformAdmin().get(made.header("Location")).text("lastUsedAt"))
        .isGreaterThan(first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'role':'platform-admin'}|name",
        "{'name':' ','role':'platform-admin'}|name",
        "{'name':'a\\nb','role':'platform-admin'}|name",
        "{'name':'a'}|role",
        "{'name':'a','role':'root'}|role",
        "{'name':'a','role':'tenant-admin'}|tenant",
        "{'name':'a','role':'platform-admin','tenant':'x'}|tenant",
        "{'name':'a','role':'tenant-admin','tenant':'no-such-tenant'}|tenant",
        "{'name':'a','role':'platform-admin','expiresAt':'2001-01-01T00:00:00Z'}|expiresAt",
        "{'name':'a','role':'platform-admin','expiresAt':'x'}|expiresAt",
        "{'name':'a','role':'platform-admin','token':'mine'}|token",
        "{'name':'oidc:root','role':'platform-admin'}|name",
        "{'name':'a','role':'platform-admin','scopes':[]}|scopes",
        "{'name':'a','role':'platform-admin','scopes':['god']}|scopes[0]",
        "{'name':'a','role':'platform-admin','scopes':[null]}|scopes[0]",
        "{'name':'a','role':'platform-admin','scopes':'keys:read'}|scopes",
        "{'name':'a','role':'auditor','scopes':['keys:read','keys:write']}|scopes[1]",
      })
  void aWrongFieldIsNamed(String json, String field) {
    platformAdmin().post(TOKENS, json.replace('\'', '"')).wrong(field);
  }

  @Test
  void aTenantAdminSeesAndMakesTokensOfItsOwnTenantOnly() {
    String mine = tenant();
    String others = tenant();
    Api admin = tenantAdmin(mine);
    Answer foreign = platformAdmin().post(TOKENS, ofTenant(others)).created();
    Answer own = admin.post(TOKENS, ofTenant(mine)).created();
    assertThat(own.text("tenant")).isEqualTo(mine);
    assertThat(admin.all(TOKENS, 1))
        .hasSize(2)
        .allMatch(t -> t.get("tenant").stringValue().equals(mine));
    admin.get(foreign.header("Location")).problem(404, "NOT_FOUND");
    admin.delete(foreign.header("Location")).problem(404, "NOT_FOUND");
    admin.post(TOKENS, platform("x")).problem(403, "FORBIDDEN");
    admin.post(TOKENS, ofTenant(others)).wrong("tenant");
    assertThat(message(admin.post(TOKENS, ofTenant(others))).replace(others, "X"))
        .isEqualTo(message(admin.post(TOKENS, ofTenant("no-such"))).replace("no-such", "X"));
    admin.delete(own.header("Location")).noContent();
    as(foreign.text("token")).get(tenantPath(others)).ok();
  }

  @Test
  void aTokenMayDoWhatItsScopesSay() {
    String tenant = tenantWithStore();
    Answer made =
        platformAdmin()
            .post(TOKENS, tokenJson("tenant-admin", tenant, "keys:write", "accounts:read"))
            .created();
    assertThat(made.json().get("scopes").toString())
        .isEqualTo("[\"accounts:read\",\"keys:write\"]");
    assertThat(platformAdmin().get(made.header("Location")).json().get("scopes"))
        .isEqualTo(made.json().get("scopes"));
    Api keys = as(made.text("token"));
    keys.get(accounts(tenant)).ok();
    Answer refused = keys.post(accounts(tenant), "{\"username\":\"a\"}").problem(403, "FORBIDDEN");
    assertThat(refused.text("detail")).isEqualTo("The token lacks the scope accounts:write.");
    assertThat(platformAdmin().get("/api/v1/audit?action=token.create").response().body())
        .contains("accounts:read keys:write");
  }

  @Test
  void withoutScopesATokenMayDoAllOfItsRole() {
    String tenant = tenant();
    assertThat(platformAdmin().post(TOKENS, platform("x")).created().json().get("scopes"))
        .hasSize(Scope.values().length);
    assertThat(platformAdmin().post(TOKENS, ofTenant(tenant)).created().json().get("scopes"))
        .hasSize(Scope.values().length - 2)
        .noneMatch(s -> s.stringValue().equals("stores:write"));
  }

  @Test
  void noTokenMakesOneThatMayMore() {
    String tenant = tenant();
    Api narrow = as(token("platform-admin", null, "tokens:write", "audit:read"));
    narrow.post(TOKENS, platform("x")).problem(403, "FORBIDDEN");
    narrow.post(TOKENS, ofTenant(tenant)).problem(403, "FORBIDDEN");
    narrow.post(TOKENS, tokenJson("auditor", null)).problem(403, "FORBIDDEN");
    narrow.post(TOKENS, tokenJson("auditor", null, "audit:read")).created();
    Api admin = tenantAdmin(tenant);
    admin.post(TOKENS, tokenJson("auditor", null)).problem(403, "FORBIDDEN");
    admin.post(TOKENS, tokenJson("auditor", tenant)).created();
    admin.post(TOKENS, tokenJson("tenant-admin", tenant, "stores:write")).wrong("scopes[0]");
  }

  @Test
  void anAuditorSeesNetworkBansOnlyAcrossTenants() {
    String ban =
        platformAdmin()
            .post(
                "/api/v1/bans",
                "{\"network\":\"198.18.0.0/24\",\"reason\":\"x\",\"until\":\"2035-01-01T00:00:00Z\"}")
            .created()
            .header("Location");
    as(token("auditor", null)).get(ban).ok();
    as(token("auditor", null)).get("/api/v1/negotiation-failures").ok();
    auditor(tenant()).get(ban).problem(404, "NOT_FOUND");
    platformAdmin().delete(ban).noContent();
  }

  /** What a later version wrote opens nothing here. */
  @Test
  void aScopeThatIsNotKnownOpensNothing() {
    Answer made = platformAdmin().post(TOKENS, tokenJson("auditor", null, "audit:read")).created();
    jdbc.sql("update api_token set scopes = '{future:write,accounts:write}' where id = ?")
        .param(Long.parseLong(made.text("id")))
        .update();
    as(made.text("token")).get("/api/v1/audit").problem(403, "FORBIDDEN");
    as(made.text("token")).get("/api/v1/tenants").problem(403, "FORBIDDEN");
  }

  private static String message(Answer answer) {
    return answer.json().get("errors").get(0).get("message").stringValue();
  }

  @Test
  void noTokenOpensNothing() {
    for (Api stranger : new Api[] {nobody(), as("qmt_x"), as("x".repeat(600))}) {
      Answer refused = stranger.get("/api/v1/tenants").problem(401, "UNAUTHENTICATED");
      assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer realm=\"quaymaster\"");
    }
  }
}
