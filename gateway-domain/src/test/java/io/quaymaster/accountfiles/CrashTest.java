package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.LEDGER_UNAVAILABLE;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.accountfiles.Network.Loss;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.quota.LedgerSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes die, answers get lost, the database goes away: nothing is counted twice or never. */
class CrashTest {
  private static final int BLOCK = 10_000;

  /** Settles only when the test says so, and holds a lease until then. */
  private static final LedgerSettings BY_HAND =
      new LedgerSettings(
          BLOCK,
          BLOCK,
          10,
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofSeconds(1),
          Duration.ZERO);

  @TempDir Path folder;
  private TestCluster cluster;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.account("alice@acme").limits(1_000_000L, 1_000L);
    cluster.account("bob@acme").home("main", "alice/bob").limits(100_000L, null);
  }

  @AfterEach
  void close() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  /** Leaves everything that a process can leave: used, freed, half written, only reserved. */
  private TestProcess dieInMidWrite(LedgerSettings settings) throws Exception {
    TestProcess process = cluster.process(settings, folder);
    Actor alice = process.as("alice@acme").put("/settled", 500).put("/doomed", 300);
    process.as("bob@acme").put("/old", 200);
    process.settle();
    alice.put("/done", 1_000).rm("/doomed").mv("/settled", "/bob/moved");
    AccountFile half = alice.edit("/half");
    half.write(0, ByteBuffer.allocate(700));
    half.prepareWrite(700, 4_000);
    process.as("bob@acme").edit("/half").write(50, ByteBuffer.allocate(50));
    cluster.kill(process);
    return process;
  }

  private long rows(String table) {
    return cluster
        .jdbc()
        .sql("select count(*) from " + table)
        .query((row, n) -> row.getLong(1))
        .single();
  }

  @Test
  void aLivingProcessSettlesForADeadOne() throws Exception {
    TestProcess living = cluster.process();
    living.as("alice@acme").put("/other", 20);
    AccountFile open = living.as("alice@acme").edit("/open");
    open.write(0, ByteBuffer.allocate(30));
    open.prepareWrite(30, 1_000);
    dieInMidWrite(BY_HAND);
    assertThat(rows("gateway_process")).isEqualTo(2);

    cluster.heartbeatsStopped(Duration.ofMinutes(2));

    await().until(() -> rows("gateway_process") == 1);
    open.close();
    cluster.isExact();
    assertThat(living.driftBytes()).isZero();
    assertThat(cluster.account("alice@acme").usage().bytes()).isEqualTo(2_550);
  }

  @Test
  void theSuccessorOnTheSameFolderSettlesAtOnce() throws Exception {
    dieInMidWrite(BY_HAND);
    TestProcess successor = cluster.process(TestCluster.QUICK, folder);
    assertThat(rows("gateway_process")).isEqualTo(1);
    cluster.isExact();
    assertThat(successor.driftBytes()).isZero();
    assertThat(rows("transfer")).isEqualTo(4);
  }

  @Test
  void whoOnlyRemovedFilesIsSettledToo() throws Exception {
    TestProcess first = cluster.process(BY_HAND);
    first.as("alice@acme").put("/a", 500);
    first.settle();
    TestProcess second = cluster.process(BY_HAND, folder);
    second.as("alice@acme").rm("/a");
    cluster.kill(second);
    cluster.process(TestCluster.QUICK, folder);
    cluster.isExact();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLostCommitIsNeitherForgottenNorMadeTwice(Loss loss) throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    Actor alice = process.as("alice@acme");
    for (int round = 0; round < 5; round++) {
      alice.put("/a" + round, 1_000).put("/b", 100 * round);
      if (round % 2 == 0) {
        alice.rm("/a" + round);
      }
      process.network().loseNextCommit(loss);
      assertThatThrownBy(process::settle).isInstanceOf(RuntimeException.class);
      assertThat(process.network().wasLost()).isTrue();
      alice.append("/b", "more");
      cluster.isExact();
    }
    assertThat(process.driftBytes()).isZero();
    assertThat(rows("transfer")).isEqualTo(3 * 5);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLineInDoubtIsNotDoubledByTheSuccessor(Loss loss) throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    process.as("alice@acme").put("/a", 1_000).put("/b", 100);
    process.network().loseNextCommit(loss);
    assertThatThrownBy(process::settle).isInstanceOf(RuntimeException.class);
    cluster.kill(process);
    cluster.process(TestCluster.QUICK, folder);
    cluster.isExact();
    assertThat(rows("transfer")).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aLostGrantIsFoundAgain(Loss loss) throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    Actor alice = process.as("alice@acme").put("/a", 1);
    process.network().loseNext("with free", loss);
    fails(() -> alice.put("/b", 2 * BLOCK), LEDGER_UNAVAILABLE);
    assertThat(process.network().wasLost()).isTrue();
    alice.put("/b", 2 * BLOCK);
    process.network().loseNext("with free", loss);
    fails(() -> alice.put("/c", 5 * BLOCK), LEDGER_UNAVAILABLE);
    // Nobody writes any more: what was granted goes back all the same.
    cluster.isExact();
  }

  @Test
  void writesWithinTheLeaseGoOnWithoutTheDatabase() throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    Actor alice = process.as("alice@acme");
    AccountFile file = alice.edit("/a");
    file.write(0, ByteBuffer.allocate(1));
    process.network().cut();
    file.write(1, ByteBuffer.allocate(BLOCK - 1));
    fails(() -> file.write(BLOCK, ByteBuffer.allocate(1)), LEDGER_UNAVAILABLE);
    alice.put("/b", "");
    file.close();
    alice.rm("/b");
    assertThatThrownBy(process::settle).isInstanceOf(RuntimeException.class);

    process.network().heal();

    alice.append("/a", "x".repeat(BLOCK));
    cluster.isExact();
    assertThat(rows("transfer")).isEqualTo(3);
  }

  @Test
  void aShortOutageOfTheDatabaseIsSurvivedByItself() throws Exception {
    TestProcess process = cluster.process();
    Actor alice = process.as("alice@acme").put("/a", 10);
    process.network().cut();
    alice.rm("/a");
    process.network().heal();
    await().until(() -> cluster.account("alice@acme").usage().files() == 0);
    alice.put("/b", 10);
  }

  @Test
  void whoWasTakenForDeadStartsAnew() throws Exception {
    TestProcess zombie = cluster.process();
    Actor alice = zombie.as("alice@acme").put("/a", 10);
    AccountFile open = alice.edit("/open");
    open.write(0, ByteBuffer.allocate(100));
    TestProcess living = cluster.process();
    living.as("alice@acme").put("/b", 5);
    zombie.network().cut();
    cluster.heartbeatsStopped(Duration.ofMinutes(2));
    await().until(() -> rows("gateway_process") == 1);
    open.write(100, ByteBuffer.allocate(100));
    open.prepareWrite(200, 50);

    zombie.network().heal();

    await().until(() -> rows("gateway_process") == 2);
    await().untilAsserted(() -> open.write(200, ByteBuffer.allocate(2_000)));
    open.close();
    zombie.as("alice@acme").put("/c", 7);
    cluster.isExact();
    assertThat(zombie.driftBytes() + living.driftBytes()).isZero();
  }

  @Test
  void aStopGivesEverythingBackAndLeaves() throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    process.as("alice@acme").put("/a", 10).close();
    assertThat(process.reservedBytes()).isEqualTo(BLOCK);
    assertThat(cluster.account("alice@acme").usage().reservedBytes()).isEqualTo(BLOCK);
    cluster.stop(process);
    assertThat(rows("gateway_process")).isZero();
    assertThat(rows("quota_lease")).isZero();
    assertThat(cluster.account("alice@acme").usage()).isEqualTo(new TestCluster.Usage(10, 0, 1, 0));
  }

  @Test
  void whatOneWroteAndAnotherRemovedAtOnceIsSettledInAnyOrder() throws Exception {
    TestProcess writer = cluster.process(BY_HAND);
    TestProcess remover = cluster.process(BY_HAND);
    writer.as("alice@acme").put("/a", 1_000);
    remover.as("alice@acme").rm("/a");
    remover.settle();
    assertThat(cluster.account("alice@acme").usage().bytes()).isZero();
    writer.settle();
    remover.settle();
    cluster.isExact();
    assertThat(remover.driftBytes()).isZero();
  }

  @Test
  void aLoweredLimitHoldsAtOnceOnceTheyAreTold() throws Exception {
    TestProcess process = cluster.process();
    Actor alice = process.as("alice@acme").put("/a", 100);
    AccountFile busy = alice.edit("/a");
    cluster.account("alice@acme").limits(50L, null);
    long scope =
        cluster
            .jdbc()
            .sql("select id from quota_scope where path = 'alice'")
            .query((row, n) -> row.getLong(1))
            .single();
    process.quota().limitChanged(scope);
    await().until(() -> cluster.account("alice@acme").usage().reservedBytes() == 0);
    fails(() -> busy.write(100, ByteBuffer.allocate(1)), QUOTA_BYTES);
    busy.close();
  }

  @Test
  void aPlaceMadeOverFilesIsCountedByAll() throws Exception {
    TestProcess one = cluster.process();
    TestProcess other = cluster.process();
    Actor alice = one.as("alice@acme").mkdir("/carl").put("/carl/a", 10);
    Actor elsewhere = other.as("alice@acme").put("/carl/b", 20);
    other.settle();
    cluster.account("carl@acme").home("main", "alice/carl").limits(100L, null);
    alice.append("/carl/a", "x".repeat(30));
    fails(() -> alice.append("/carl/a", "x".repeat(41)), QUOTA_BYTES);
    await()
        .untilAsserted(() -> fails(() -> elsewhere.append("/carl/b", "x".repeat(41)), QUOTA_BYTES));
    elsewhere.rm("/carl/b");
    cluster.isExact();
  }

  @Test
  void whoIsWritingWhereAPlaceIsMadeCountsInIt() throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    Actor alice = process.as("alice@acme").mkdir("/carl").mkdir("/carl/deep");
    AccountFile inside = alice.edit("/carl/deep/in");
    AccountFile outside = alice.edit("/out");
    inside.write(0, ByteBuffer.allocate(10));
    inside.prepareWrite(10, 5);
    outside.write(0, ByteBuffer.allocate(7));

    cluster.account("carl@acme").home("main", "alice/carl").limits(30L, null);

    inside.write(10, ByteBuffer.allocate(20));
    fails(() -> inside.write(30, ByteBuffer.allocate(1)), QUOTA_BYTES);
    outside.write(7, ByteBuffer.allocate(40));
    inside.close();
    outside.close();
    process.settle();
    assertThat(cluster.account("carl@acme").usage()).isEqualTo(new TestCluster.Usage(30, 0, 1, 0));
    cluster.isExact();
  }

  @Test
  void aPlaceThatNobodyCameToCountIsCountedByAndBy() throws Exception {
    TestProcess process = cluster.process();
    Actor alice = process.as("alice@acme").mkdir("/carl").put("/carl/a", 10);
    process.settle();
    // As an admin's request does whose process dies before it counts.
    cluster
        .jdbc()
        .sql(
            "insert into quota_scope (tenant_id, store_id, path, bytes_limit)"
                + " select tenant_id, store_id, 'alice/carl', 20 from quota_scope"
                + " where path = 'alice'")
        .update();
    await().untilAsserted(() -> fails(() -> alice.put("/carl/b", 11), QUOTA_BYTES));
    alice.rm("/carl/b").put("/carl/b", 10);
    cluster.isExact();
  }

  @Test
  void aLineThatTheDatabaseRefusesHoldsNothingUp() throws Exception {
    TestProcess process = cluster.process(BY_HAND, folder);
    process.as("alice@acme").put("/a", 10);
    process
        .quota()
        .chronicle()
        .record(
            new AuditEvent(
                UUID.randomUUID(),
                Instant.now(),
                null,
                null,
                null,
                null,
                null,
                "nul\0",
                AuditEvent.Outcome.OK,
                null,
                null,
                Map.of()));
    process.settle();
    assertThat(cluster.account("alice@acme").usage().bytes()).isEqualTo(10);
    assertThat(rows("transfer")).isEqualTo(1);
    assertThat(rows("audit_event")).as("the upload, and nothing else").isEqualTo(1);
  }
}
