package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Which rule would decide, told without trying. */
class ExplainTest extends AdminApiTest {
  private String tenant;

  @BeforeEach
  void make() {
    tenant = tenantWithStore();
    makeAccount(
        tenant,
        "alice",
        """
        ,"permissions":["list","read","write"],"protocols":["sftp"],"sources":["192.0.2.0/24"],
        "limits":{"bytes":0,"files":10},"sftp":{"denyRequests":["remove"]},
        "mounts":[{"path":"/lake","store":"main","prefix":"lake","permissions":["list"]}]
        """);
  }

  private JsonNode ask(String question) {
    return tenantAdmin(tenant)
        .get(account(tenant, "alice") + "/explain?source=192.0.2.7&" + question)
        .ok()
        .json();
  }

  private void refuses(String question, String rule, String code) {
    JsonNode answer = ask(question);
    assertThat(answer.get("allowed").booleanValue()).as(answer.toString()).isFalse();
    assertThat(answer.get("decidedBy").get("rule").stringValue()).isEqualTo(rule);
    assertThat(answer.get("decidedBy").get("code").stringValue()).isEqualTo(code);
  }

  private void allows(String question) {
    JsonNode answer = ask(question);
    assertThat(answer.get("allowed").booleanValue()).as(answer.toString()).isTrue();
    assertThat(answer.get("decidedBy").isNull()).isTrue();
  }

  @Test
  void eachRuleSpeaksForItself() {
    allows("operation=login");
    allows("operation=read&path=/a/b");
    allows("operation=stat&path=/lake/x");
    refuses("operation=read&path=/lake/x", "policy", "NOT_PERMITTED");
    refuses("operation=read&path=/a/../lake/x", "policy", "NOT_PERMITTED");
    refuses("operation=mkdir&path=/in", "policy", "NOT_PERMITTED");
    refuses("operation=delete&path=/in", "requests", "REQUEST_DENIED");
    refuses("operation=read&path=/a&protocol=scp", "protocols", "PROTOCOL_DENIED");
    refuses("operation=write&path=/a", "quota of / in store main", "QUOTA_BYTES");
    assertThat(ask("operation=read&path=/lake/x").get("decidedBy").get("message").stringValue())
        .contains("The rule of /lake decides.", "'read'");
  }

  @Test
  void theDoorIsAskedFirst() {
    String explain = account(tenant, "alice") + "/explain?operation=read&path=/a&source=";
    JsonNode elsewhere = platformAdmin().get(explain + "198.51.100.1").ok().json();
    assertThat(elsewhere.get("decidedBy").get("code").stringValue())
        .isEqualTo("SOURCE_NOT_ALLOWED");
    platformAdmin().post(account(tenant, "alice") + "/suspend", "").ok();
    refuses("operation=read&path=/a", "login", "SUSPENDED");
    platformAdmin().post(account(tenant, "alice") + "/resume", "").ok();
    platformAdmin()
        .patch(
            account(tenant, "alice"),
            "{\"sftp\":{\"readOnly\":true},\"expiresAt\":\"2020-01-01T00:00:00Z\"}")
        .ok();
    refuses("operation=write&path=/a", "login", "EXPIRED");
    platformAdmin().patch(account(tenant, "alice"), "{\"expiresAt\":null}").ok();
    refuses("operation=write&path=/a", "policy", "READ_ONLY");
  }

  @Test
  void whatIsWrongWithTheQuestionIsNamed() {
    String explain = account(tenant, "alice") + "/explain";
    platformAdmin().get(explain).wrong("operation");
    platformAdmin()
        .get(explain + "?operation=fly&source=example.com&protocol=ftp&path=" + "a".repeat(5000))
        .wrong("operation", "path", "source", "protocol");
    platformAdmin()
        .get(account(tenant, "nobody") + "/explain?operation=read")
        .problem(404, "NOT_FOUND");
  }
}
