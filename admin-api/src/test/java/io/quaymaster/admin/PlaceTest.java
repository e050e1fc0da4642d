package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Places and their limits belong to all who see them. */
class PlaceTest extends AdminApiTest {
  private static String at(String username, String path, String more) {
    return "{\"username\":\"%s\",\"home\":{\"store\":\"main\",\"path\":\"%s\"}%s}"
        .formatted(username, path, more);
  }

  private static String bytes(long limit) {
    return ",\"limits\":{\"bytes\":" + limit + "}";
  }

  private JsonNode limit(String tenant, String username) {
    return platformAdmin().get(account(tenant, username)).ok().json().get("limits").get("bytes");
  }

  @Test
  void aNewPlaceIsToldToTheLedgerOnce() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "shared", bytes(10))).created();
    long scope = scope(tenant, "shared");
    platformAdmin().post(accounts(tenant), at("bob", "shared", "")).created();
    assertThat(seen.placesMade).containsOnlyOnce(scope);
  }

  @Test
  void anAccountThatIsNotMadeLeavesNoPlace() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "one", bytes(10))).created();
    int told = seen.placesMade.size();
    platformAdmin()
        .post(
            accounts(tenant),
            at(
                "bob",
                "new",
                ",\"mounts\":[{\"path\":\"/x\",\"store\":\"main\",\"prefix\":\"one\","
                    + "\"limits\":{\"bytes\":11}}]"))
        .problem(409, "PLACE_LIMIT_CONFLICT");
    assertThat(seen.placesMade).hasSize(told);
    assertThat(scopes(tenant, "new")).isZero();
  }

  @Test
  void accountsOfOnePlaceShareItsLimits() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "shared", bytes(10))).created();
    platformAdmin()
        .post(accounts(tenant), at("bob", "shared", bytes(11)))
        .problem(409, "PLACE_LIMIT_CONFLICT");
    platformAdmin().post(accounts(tenant), at("bob", "/shared/", bytes(10))).created();
    platformAdmin().post(accounts(tenant), at("carol", "shared", "")).created();
    assertThat(limit(tenant, "carol").longValue()).isEqualTo(10);
    String seenBefore = platformAdmin().get(account(tenant, "alice")).etag();
    platformAdmin().patch(account(tenant, "bob"), "{\"limits\":{\"bytes\":20}}").ok();
    assertThat(limit(tenant, "alice").longValue()).isEqualTo(20);
    assertThat(seen.limitsChanged).contains(scope(tenant, "shared"));
    platformAdmin()
        .patchIf(account(tenant, "alice"), seenBefore, "{\"publish\":\"on-close\"}")
        .problem(412, "PRECONDITION_FAILED");
    platformAdmin().patch(account(tenant, "alice"), "{\"limits\":null}").ok();
    assertThat(limit(tenant, "bob").isNull()).isTrue();
  }

  @Test
  void whoMovesToASharedPlaceTakesItsLimits() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "shared", bytes(10))).created();
    platformAdmin().post(accounts(tenant), at("bob", "own", "")).created();
    platformAdmin().patch(account(tenant, "bob"), "{\"home\":{\"path\":\"shared\"}}").ok();
    assertThat(limit(tenant, "bob").longValue()).isEqualTo(10);
    platformAdmin()
        .patch(
            account(tenant, "bob"), "{\"home\":{\"path\":\"elsewhere\"},\"limits\":{\"bytes\":30}}")
        .ok();
    assertThat(limit(tenant, "alice").longValue()).isEqualTo(10);
    platformAdmin()
        .patch(account(tenant, "bob"), "{\"home\":{\"path\":\"shared\"}}")
        .problem(409, "PLACE_LIMIT_CONFLICT");
    assertThat(limit(tenant, "bob").longValue()).isEqualTo(30);
  }

  @Test
  void theLastOneWhoLeavesTakesTheLimitsAndLeavesTheUsage() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "shared", bytes(10))).created();
    platformAdmin().post(accounts(tenant), at("bob", "shared", "")).created();
    platformAdmin().delete(account(tenant, "alice")).noContent();
    assertThat(limit(tenant, "bob").longValue()).isEqualTo(10);
    jdbc.sql("update quota_scope set bytes_used = 5 where id = ?")
        .param(scope(tenant, "shared"))
        .update();
    platformAdmin().delete(account(tenant, "bob")).noContent();
    platformAdmin().post(accounts(tenant), at("carol", "shared", "")).created();
    JsonNode usage = platformAdmin().get(account(tenant, "carol") + "/usage").ok().json();
    assertThat(usage.get("bytes").get("used").longValue()).isEqualTo(5);
    assertThat(usage.get("bytes").get("limit").isNull()).isTrue();
  }

  @Test
  void aMountIsAPlaceToo() {
    String tenant = tenantWithStore();
    String mounts =
        ",\"mounts\":[{\"path\":\"/x\",\"store\":\"main\",\"prefix\":\"pool\",\"limits\":{\"files\":3}}]";
    platformAdmin().post(accounts(tenant), at("alice", "a", mounts)).created();
    platformAdmin().post(accounts(tenant), at("pool", "pool", "")).created();
    JsonNode limits = platformAdmin().get(account(tenant, "pool")).json().get("limits");
    assertThat(limits.get("files").longValue()).isEqualTo(3);
    platformAdmin().patch(account(tenant, "pool"), "{\"limits\":{\"files\":4}}").ok();
    JsonNode mount = platformAdmin().get(account(tenant, "alice")).json().get("mounts").get(0);
    assertThat(mount.get("limits").get("files").longValue()).isEqualTo(4);
  }

  @Test
  void aRecountSaysWhatItCorrected() {
    String tenant = tenantWithStore();
    platformAdmin().post(accounts(tenant), at("alice", "a", bytes(10))).created();
    JsonNode answer =
        platformAdmin().post(account(tenant, "alice") + "/usage/recount", "").ok().json();
    assertThat(answer.get("correctedBytes").longValue()).isEqualTo(TestGateway.CORRECTED);
    assertThat(answer.get("bytes").get("limit").longValue()).isEqualTo(10);
    assertThat(seen.recounted).contains(scope(tenant, "a"));
    platformAdmin().get(account(tenant, "x") + "/usage").problem(404, "NOT_FOUND");
    platformAdmin().post(account(tenant, "x") + "/usage/recount", "").problem(404, "NOT_FOUND");
  }

  private long scope(String tenant, String path) {
    return jdbc.sql(
            "select s.id from quota_scope s join tenant t on t.id = s.tenant_id"
                + " where t.name = ? and s.path = ?")
        .param(tenant)
        .param(path)
        .query(Long.class)
        .single();
  }

  private long scopes(String tenant, String path) {
    return jdbc.sql(
            "select count(*) from quota_scope s join tenant t on t.id = s.tenant_id"
                + " where t.name = ? and s.path = ?")
        .param(tenant)
        .param(path)
        .query(Long.class)
        .single();
  }
}
