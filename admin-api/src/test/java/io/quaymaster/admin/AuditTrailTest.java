package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.audit.chain.ExportVerifier;
import io.quaymaster.audit.chain.Verification;
import io.quaymaster.audit.chain.VerifyingKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import java.io.BufferedReader;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** The audit log over REST: verified, exported, and what an export is worth. */
class AuditTrailTest extends AdminApiTest {
  @Autowired private JdbcTemplate template;

  private static Verification verified(String export, VerifyingKey key) throws Exception {
    return new ExportVerifier(new VerifyingKeys(List.of(key)), Map.of())
        .verify(new BufferedReader(new StringReader(export)));
  }

  @Test
  void aTenantAdminVerifiesItsOwnChainAndAPlatformAdminAll() {
    String mine = tenantWithStore();
    String others = tenantWithStore();
    makeAccount(mine, "alice", "");

    JsonNode own = tenantAdmin(mine).get("/api/v1/audit/verify").ok().json();
    assertThat(own.get("intact").booleanValue()).as(own.toString()).isTrue();
    assertThat(own.get("chains").values())
        .singleElement()
        .satisfies(
            c -> {
              assertThat(c.get("tenant").stringValue()).isEqualTo(mine);
              assertThat(c.get("events").longValue()).isPositive();
            });
    JsonNode all = platformAdmin().get("/api/v1/audit/verify").ok().json();
    assertThat(all.get("chains").values().stream().map(c -> c.get("tenant").stringValue("")))
        .contains("", mine, others);
    platformAdmin().get("/api/v1/audit/verify?tenant=no-such").problem(404, "NOT_FOUND");
    tenantAdmin(mine).get("/api/v1/audit/verify?tenant=" + others).problem(404, "NOT_FOUND");
  }

  @Test
  void whatWasChangedIsNamed() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    template.execute("alter table audit_event disable trigger user");
    try {
      template.update(
          "update audit_event set actor = 'nobody' where chain = ? and sequence = 2", tenant);
      JsonNode found = platformAdmin().get("/api/v1/audit/verify?tenant=" + tenant).ok().json();
      assertThat(found.get("intact").booleanValue()).isFalse();
      assertThat(found.get("found").longValue()).isEqualTo(1);
      assertThat(found.get("findings").get(0).get("kind").stringValue()).isEqualTo("CHANGED");
      assertThat(found.get("findings").get(0).get("sequence").longValue()).isEqualTo(2);
      assertThat(found.get("findings").get(0).get("tenant").stringValue()).isEqualTo(tenant);
    } finally {
      template.execute("alter table audit_event enable trigger user");
    }
  }

  @Test
  void anExportCanBeVerifiedWithThePublicKeyAlone() throws Exception {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    JsonNode key = platformAdmin().get("/api/v1/audit/keys").ok().json().get("items").get(0);
    VerifyingKey publicKey = VerifyingKey.parse(key.get("publicKey").stringValue());
    assertThat(key.get("id").stringValue()).isEqualTo(publicKey.id());

    Answer answer = platformAdmin().get("/api/v1/audit/export?tenant=" + tenant).ok();
    assertThat(answer.header("Content-Type")).startsWith("application/x-ndjson");
    String export = answer.response().body();
    assertThat(verified(export, publicKey).findings()).isEmpty();
    assertThat(export)
        .contains("\"account.create\"", "\"audit.export\"")
        .doesNotContain("\"acne\"");
    assertThat(
            verified(export.replace("\"account.create\"", "\"account.delete\""), publicKey).found())
        .isEqualTo(1);
    assertThat(export.lines().toList().getLast()).contains("\"type\":\"end\"");
  }

  @Test
  void aTenantAdminExportsItsOwnAndNothingOfAnEarlierTenant() {
    String tenant = tenant();
    platformAdmin().get("/api/v1/audit/export?tenant=" + tenant).ok();
    platformAdmin().delete(tenantPath(tenant)).noContent();
    platformAdmin()
        .post("/api/v1/tenants", "{\"name\":\"%s\",\"displayName\":\"Again\"}".formatted(tenant))
        .created();

    String export = tenantAdmin(tenant).get("/api/v1/audit/export").ok().response().body();
    assertThat(export.lines().filter(l -> l.contains("\"type\":\"event\"")))
        .noneMatch(l -> l.contains("tenant.delete"))
        .anyMatch(l -> l.contains("audit.export"));
    platformAdmin().get("/api/v1/audit/export?since=yesterday").wrong("since");
    platformAdmin().get("/api/v1/audit/export?until=x").wrong("until");
    platformAdmin().get("/api/v1/audit/export?tenant=no-such").problem(404, "NOT_FOUND");
  }
}
