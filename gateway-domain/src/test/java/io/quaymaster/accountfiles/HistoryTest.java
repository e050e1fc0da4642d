package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.INVALID_HANDLE;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.SESSION_ENDED;
import static io.quaymaster.files.FileFailure.Kind.STORE_ERROR;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Protocol;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handles outlive names, and what happened is told: transfers and refusals. */
class HistoryTest {
  private TestCluster cluster;
  private TestProcess process;
  private Actor alice;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.account("alice@acme").limits(100L, null);
    process = cluster.process();
    alice = process.as("alice@acme");
  }

  @AfterEach
  void close() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  private List<Map<String, @Nullable Object>> transfers() {
    process.settle();
    return cluster
        .jdbc()
        .sql(
            "select direction, path, bytes, outcome, code, correlation_id, protocol, store from"
                + " transfer order by id")
        .query()
        .listOfRows();
  }

  private static String facts(Map<String, @Nullable Object> row) {
    return "%s %s %s %s"
        .formatted(row.get("direction"), row.get("path"), row.get("bytes"), row.get("outcome"));
  }

  @Test
  void transfersAreToldWithTheirEnds() throws Exception {
    alice.put("/up", "12345");
    alice.get("/up");
    AccountFile scp = alice.open("/scp", OpenRequest.replace(0600)).over(Protocol.SCP);
    scp.write(0, ByteBuffer.allocate(3));
    scp.close();
    AccountFile tooMuch = alice.edit("/much");
    fails(() -> tooMuch.write(0, ByteBuffer.allocate(200)), QUOTA_BYTES);
    tooMuch.close();
    AccountFile left = alice.edit("/left");
    left.write(0, ByteBuffer.allocate(7));
    alice.close();

    List<Map<String, @Nullable Object>> told = transfers();

    assertThat(told.stream().map(HistoryTest::facts))
        .containsExactly(
            "upload /up 5 completed",
            "download /up 5 completed",
            "upload /scp 3 completed",
            "upload /much 0 failed",
            "upload /left 7 aborted");
    assertThat(told.get(3)).containsEntry("code", "QUOTA_BYTES");
    assertThat(told.get(2))
        .containsEntry("protocol", "scp")
        .containsEntry("store", "main")
        .containsEntry("correlation_id", scp.correlationId());
  }

  @Test
  void aFailingCloseIsToldToTheClientAndInHistory() throws Exception {
    cluster.memoryStore("main", "acme").faults().failCloses(STORE_ERROR);
    fails(() -> alice.put("/f", "x"), STORE_ERROR);
    cluster.memoryStore("main", "acme").faults().heal();
    assertThat(transfers().getFirst()).containsEntry("outcome", "failed");
  }

  @Test
  void refusalsAreToldWithTheIdThatTheClientGot() throws Exception {
    Clock still = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    Refusals refusals = new Refusals(process.quota().chronicle(), alice.files().grant(), still);
    FileFailure denied = new FileFailure(NOT_PERMITTED, "no");
    String text = refusals.tell(Protocol.SFTP, "remove", "/f", denied);
    assertThat(refusals.tell(Protocol.SFTP, "stat", "/f", new FileFailure(NOT_FOUND, "none")))
        .isEqualTo("NOT_FOUND: none");
    for (int i = 0; i < 100; i++) {
      assertThat(refusals.tell(Protocol.SFTP, "remove", "/f", denied)).contains("[");
    }
    process.settle();
    List<Map<String, @Nullable Object>> told =
        cluster
            .jdbc()
            .sql("select action, outcome, code, correlation_id from audit_event order by id")
            .query()
            .listOfRows();
    assertThat(told).hasSize(20);
    assertThat(told.getFirst())
        .containsEntry("action", "remove")
        .containsEntry("outcome", "refused")
        .containsEntry("code", "NOT_PERMITTED");
    assertThat(text).isEqualTo("NOT_PERMITTED: no [" + told.getFirst().get("correlation_id") + "]");
  }

  /** A client that is refused can be helped: whatever its text ends in, an admin finds. */
  @Test
  void whatIsNoOrdinaryAnswerCanBeFoundInTheAuditLog() {
    Map<String, String> told = new TreeMap<>();
    for (Kind kind : Kind.values()) {
      Refusals refusals =
          new Refusals(process.quota().chronicle(), alice.files().grant(), Clock.systemUTC());
      String text = refusals.tell(Protocol.SFTP, "open", "/f", new FileFailure(kind, "no"));
      assertThat(text).startsWith(kind + ": no");
      if (text.endsWith("]")) {
        told.put(text.substring(text.indexOf('[') + 1, text.length() - 1), kind.name());
      }
    }
    process.settle();

    Map<String, String> found = new TreeMap<>();
    Map<String, String> outcomes = new TreeMap<>();
    for (Map<String, @Nullable Object> row :
        cluster
            .jdbc()
            .sql("select code, outcome, correlation_id from audit_event")
            .query()
            .listOfRows()) {
      String code = String.valueOf(row.get("code"));
      found.put(String.valueOf(row.get("correlation_id")), code);
      outcomes.put(code, String.valueOf(row.get("outcome")));
    }
    assertThat(found).isEqualTo(told);
    assertThat(outcomes)
        .doesNotContainKeys("NOT_FOUND", "EXISTS", "NAME_TOO_LONG", "INVALID_HANDLE")
        .containsEntry("UNSUPPORTED", "refused")
        .containsEntry("BUSY", "refused")
        .containsEntry("INVALID_PATH", "refused")
        .containsEntry("QUOTA_FILES", "refused")
        .containsEntry("STORE_FULL", "failed")
        .containsEntry("STORE_ERROR", "failed")
        .containsEntry("LEDGER_UNAVAILABLE", "failed");
  }

  @Test
  void aHandleStaysOnItsFile() throws Exception {
    alice.put("/a", "one");
    AccountFile file = alice.edit("/a");
    alice.mv("/a", "/b").put("/a", "two");
    file.write(0, ByteBuffer.wrap(new byte[] {'O'}));
    assertThat(alice.get("/b")).isEqualTo("One");
    alice.rm("/b");
    file.write(1, ByteBuffer.wrap(new byte[] {'N'}));
    assertThat(Actor.text(file)).isEqualTo("ONe");
    assertThat(file.attributes().links()).isZero();
    file.close();
    assertThat(alice.get("/a")).isEqualTo("two");
    fails(file::close, INVALID_HANDLE);
  }

  @Test
  void theEndOfASessionEndsItsFiles() throws Exception {
    AccountFile file = alice.edit("/a");
    assertThat(alice.files().openFiles()).isEqualTo(1);
    alice.close();
    alice.close();
    fails(() -> file.write(0, ByteBuffer.allocate(1)), SESSION_ENDED);
    fails(() -> file.setSize(1), SESSION_ENDED);
    fails(() -> file.prepareWrite(0, 1), SESSION_ENDED);
    fails(() -> alice.put("/b", "x"), SESSION_ENDED);
    assertThat(alice.files().openFiles()).isZero();
    assertThat(cluster.memoryStore("main", "acme").openFiles()).isZero();
  }
}
