package io.quaymaster.accountfiles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.accountfiles.Network.Loss;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.chain.Anchors;
import io.quaymaster.audit.chain.AuditTrail;
import io.quaymaster.audit.chain.Verification;
import io.quaymaster.audit.chain.VerifyingKeys;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chain of whole processes: two at once, and one that dies between journal and commit. */
class AuditChainTest {
  @TempDir Path folder;
  private TestCluster cluster;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.account("alice@acme");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private static AuditEvent event(String action) {
    return new AuditEvent(
        UUID.randomUUID(),
        Instant.now(),
        "acme",
        "alice",
        null,
        null,
        null,
        action,
        AuditEvent.Outcome.OK,
        null,
        null,
        Map.of());
  }

  private void isUnbroken(long rows) throws Exception {
    var source = cluster.database().dataSource();
    Verification found =
        new AuditTrail(source, new VerifyingKeys(List.of()), Anchors.in(folder.resolve("none")))
            .verify("acme");
    assertThat(found.findings()).isEmpty();
    assertThat(found.chains().getFirst().events()).isEqualTo(rows);
  }

  @Test
  void twoProcessesKeepOneChain() throws Exception {
    List<TestProcess> both = List.of(cluster.process(), cluster.process());
    List<Thread> writers = new ArrayList<>();
    for (TestProcess process : both) {
      writers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      process.quota().chronicle().record(event("action" + i));
                    }
                  }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    both.forEach(p -> p.quota().chronicle().flush());
    isUnbroken(400);
  }

  @Test
  void transfersAreInTheChain() throws Exception {
    TestProcess process = cluster.process();
    Actor alice = process.as("alice@acme");
    alice.put("/a", "12345");
    alice.get("/a");
    process.settle();
    assertThat(
            cluster
                .jdbc()
                .sql(
                    "select e.action || ' ' || (e.detail ->> 'path') || ' ' || (e.detail ->>"
                        + " 'bytes') from audit_event e join transfer t using (uid) order by"
                        + " e.sequence")
                .query((row, n) -> row.getString(1))
                .list())
        .containsExactly("upload /a 5", "download /a 5");
    isUnbroken(2);
  }

  @Test
  void aLostAnswerToACommitChainsNothingTwice() throws Exception {
    TestProcess process = cluster.process();
    process.quota().chronicle().record(event("before"));
    process.quota().chronicle().flush();
    process.network().loseNextCommit(Loss.ANSWER);
    process.quota().chronicle().record(event("lost"));
    Awaitility.await().until(process.network()::wasLost);
    process.quota().chronicle().flush();
    isUnbroken(2);
  }

  @Test
  void whoDiesBetweenJournalAndCommitIsFinishedByHisSuccessor() throws Exception {
    TestProcess first = cluster.process(TestCluster.QUICK, folder);
    first.quota().chronicle().record(event("before"));
    first.quota().chronicle().flush();
    first.network().cut();
    first.quota().chronicle().record(event("in the journal only"));
    cluster.kill(first);

    TestProcess second = cluster.process(TestCluster.QUICK, folder);
    second.quota().chronicle().record(event("after"));
    second.quota().chronicle().flush();
    isUnbroken(3);
  }
}
