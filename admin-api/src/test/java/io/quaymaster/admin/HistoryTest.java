package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Protocol;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.session.LiveSession;
import io.quaymaster.transfer.Transfer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What went on and what goes on: transfers, the audit log, sessions. */
class HistoryTest extends AdminApiTest {
  private static final Instant NOON = Instant.parse("2035-06-01T12:00:00Z");

  @Autowired private Chronicle chronicle;

  private Transfer transfer(String tenant, String account, int minute) {
    Transfer transfer =
        new Transfer(
            UUID.randomUUID(),
            tenant,
            account,
            "s1",
            "192.0.2.1",
            Protocol.SFTP,
            Transfer.Direction.UPLOAD,
            "main",
            "/a.csv",
            1234,
            Transfer.Outcome.FAILED,
            "QUOTA_BYTES",
            "abcd2345",
            NOON.plusSeconds(60L * minute),
            NOON.plusSeconds(60L * minute + 1));
    chronicle.record(transfer);
    return transfer;
  }

  @Test
  void transfersAreListedNewestFirst() {
    String tenant = tenant();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(transfer(tenant, i % 2 == 0 ? "alice" : "bob", i).id().toString());
    }
    String path = "/api/v1/transfers?tenant=" + tenant;
    int flushes = seen.chronicleFlushes.get();
    assertThat(platformAdmin().all(path, 2))
        .extracting(t -> t.get("id").stringValue())
        .containsExactlyElementsOf(ids);
    assertThat(seen.chronicleFlushes.get()).isGreaterThan(flushes);
    assertThat(platformAdmin().all(path + "&account=bob", 10)).hasSize(2);
    assertThat(platformAdmin().all(path + "&since=2035-06-01T12:03:00Z", 10)).hasSize(2);
    assertThat(platformAdmin().get(path + "&limit=1").json().get("items").get(0).toString())
        .isEqualTo(
            """
            {"id":"%s","tenant":"%s","account":"alice","sessionId":"s1","source":"192.0.2.1",\
            "protocol":"sftp","direction":"upload","store":"main","path":"/a.csv","bytes":1234,\
            "outcome":"failed","code":"QUOTA_BYTES","correlationId":"abcd2345",\
            "startedAt":"2035-06-01T12:04:00Z","endedAt":"2035-06-01T12:04:01Z"}\
            """
                .formatted(ids.getFirst(), tenant));
    platformAdmin().get(path + "&since=yesterday").wrong("since");
  }

  @Test
  void newLinesDoNotShiftThePages() {
    String tenant = tenant();
    String path = "/api/v1/transfers?tenant=" + tenant + "&limit=2";
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ids.addFirst(transfer(tenant, "alice", i).id().toString());
    }
    JsonNode first = platformAdmin().get(path).ok().json();
    transfer(tenant, "alice", 9);
    JsonNode second =
        platformAdmin().get(path + "&cursor=" + first.get("next").stringValue()).ok().json();
    List<String> read = new ArrayList<>();
    first.get("items").forEach(t -> read.add(t.get("id").stringValue()));
    second.get("items").forEach(t -> read.add(t.get("id").stringValue()));
    assertThat(read).isEqualTo(ids);
    assertThat(second.get("next").isNull()).isTrue();
  }

  @Test
  void changesAreInTheAuditLog() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", ",\"password\":\"hunter2-hunter2\"");
    platformAdmin()
        .patch(account(tenant, "alice"), "{\"limits\":{\"bytes\":5},\"password\":null}")
        .ok();
    platformAdmin().post(account(tenant, "alice") + "/suspend", "").ok();
    platformAdmin().delete(account(tenant, "alice")).noContent();
    List<JsonNode> lines = platformAdmin().all("/api/v1/audit?tenant=" + tenant, 2);
    assertThat(lines)
        .extracting(l -> l.get("action").stringValue())
        .containsExactly(
            "account.delete",
            "account.suspend",
            "account.update",
            "account.create",
            "store.create",
            "tenant.create");
    assertThat(lines).allMatch(l -> l.get("actor").stringValue().equals("bootstrap"));
    assertThat(lines).allMatch(l -> l.get("source").stringValue().equals("127.0.0.1"));
    assertThat(lines).allMatch(l -> l.get("correlationId").stringValue().length() == 8);
    assertThat(lines.get(2).get("detail").toString())
        .isEqualTo("{\"fields\":\"password,limits.bytes\"}");
    assertThat(lines.toString()).doesNotContain("hunter");
    assertThat(platformAdmin().all("/api/v1/audit?tenant=" + tenant + "&account=alice", 10))
        .hasSize(4);
    assertThat(platformAdmin().all("/api/v1/audit?tenant=" + tenant + "&action=store.create", 10))
        .hasSize(1);
    String id = lines.getFirst().get("correlationId").stringValue();
    assertThat(platformAdmin().all("/api/v1/audit?correlationId=" + id, 10)).hasSize(1);
    platformAdmin().get("/api/v1/audit?outcome=maybe").wrong("outcome");
    assertThat(
            platformAdmin()
                .all("/api/v1/audit?tenant=" + tenant + "&since=2100-01-01T00:00:00Z", 9))
        .isEmpty();
  }

  @Test
  void refusalsAreInTheAuditLog() {
    String tenant = tenant();
    String id =
        nobody().get("/api/v1/sessions").problem(401, "UNAUTHENTICATED").text("correlationId");
    JsonNode line = platformAdmin().all("/api/v1/audit?correlationId=" + id, 9).getFirst();
    assertThat(line.get("outcome").stringValue()).isEqualTo("refused");
    assertThat(line.get("code").stringValue()).isEqualTo("UNAUTHENTICATED");
    assertThat(line.get("source").stringValue()).isEqualTo("127.0.0.1");
    assertThat(line.get("detail").toString())
        .isEqualTo("{\"method\":\"GET\",\"path\":\"/api/v1/sessions\"}");
    tenantAdmin(tenant).delete(tenantPath(tenant)).problem(403, "FORBIDDEN");
    assertThat(platformAdmin().all("/api/v1/audit?outcome=refused&tenant=" + tenant, 9))
        .hasSize(1)
        .allMatch(l -> l.get("actor").stringValue().equals("admin of " + tenant));
  }

  /** A tenant of the same name may have been somebody else's before. */
  @Test
  void aTenantAdminSeesOnlyItsOwnTime() {
    String tenant = name("reborn");
    chronicle.record(
        new AuditEvent(
            UUID.randomUUID(),
            Instant.parse("2001-01-01T00:00:00Z"),
            tenant,
            null,
            null,
            null,
            null,
            "login",
            AuditEvent.Outcome.OK,
            null,
            null,
            Map.of()));
    platformAdmin().post("/api/v1/tenants", "{\"name\":\"%s\"}".formatted(tenant)).created();
    Api admin = tenantAdmin(tenant);
    String path = "/api/v1/audit?action=login&since=2000-01-01T00:00:00Z&tenant=" + tenant;
    assertThat(platformAdmin().all(path, 9)).hasSize(1);
    assertThat(admin.all(path, 9)).isEmpty();
  }

  @Test
  void aTenantAdminSeesItsOwnLines() {
    String mine = tenant();
    String others = tenant();
    transfer(mine, "alice", 1);
    transfer(others, "alice", 1);
    Api admin = tenantAdmin(mine);
    assertThat(admin.all("/api/v1/transfers", 9))
        .hasSize(1)
        .allMatch(t -> t.get("tenant").stringValue().equals(mine));
    assertThat(admin.all("/api/v1/audit", 9))
        .isNotEmpty()
        .allMatch(t -> t.get("tenant").stringValue().equals(mine));
  }

  private LiveSession open(String tenant, String account, int second) {
    LiveSession session =
        new LiveSession(
            UUID.randomUUID().toString(),
            3,
            tenant,
            account,
            7,
            "192.0.2.9",
            "OpenSSH_9.2",
            "key SHA256:x",
            List.of(5L),
            List.of(),
            Set.of("sftp"),
            NOON.plusSeconds(second),
            NOON.plusSeconds(second),
            1,
            2);
    sessions.open.add(session);
    return session;
  }

  @Test
  void sessionsAreListedAndEnded() {
    String tenant = tenant();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(open(tenant, i < 3 ? "alice" : "bob", i / 2).id());
    }
    String path = "/api/v1/sessions?tenant=" + tenant;
    assertThat(platformAdmin().all(path, 2))
        .extracting(s -> s.get("id").stringValue())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(platformAdmin().all(path + "&account=bob", 2)).hasSize(2);
    JsonNode shown = platformAdmin().all(path, 9).getLast();
    assertThat(shown.get("protocols").toString()).isEqualTo("[\"sftp\"]");
    assertThat(shown.get("keyId").stringValue()).isEqualTo("5");
    platformAdmin().delete("/api/v1/sessions/" + ids.getFirst()).noContent();
    assertThat(platformAdmin().all(path, 9)).hasSize(4);
    platformAdmin().delete("/api/v1/sessions/" + ids.getFirst()).problem(404, "NOT_FOUND");
    platformAdmin().get(path + "&cursor=x").wrong("cursor");
    platformAdmin().get(path + "&limit=0").wrong("limit");
  }

  @Test
  void aTenantAdminEndsItsOwnSessionsOnly() {
    String mine = tenant();
    String others = tenant();
    Api admin = tenantAdmin(mine);
    LiveSession own = open(mine, "alice", 1);
    LiveSession foreign = open(others, "alice", 1);
    assertThat(admin.all("/api/v1/sessions", 9)).hasSize(1);
    admin.delete("/api/v1/sessions/" + foreign.id()).problem(404, "NOT_FOUND");
    admin.delete("/api/v1/sessions/" + own.id()).noContent();
    assertThat(sessions.open).contains(foreign).doesNotContain(own);
  }
}
