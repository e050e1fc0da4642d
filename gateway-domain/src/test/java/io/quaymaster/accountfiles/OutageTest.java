package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.LEDGER_UNAVAILABLE;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.accountfiles.Network.Loss;
import io.quaymaster.quota.LedgerSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who writes while the database is away waits for it. */
class OutageTest {
  private static final int BLOCK = 10_000;

  private TestCluster cluster;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.account("alice@acme").limits(1_000_000L, 1_000L);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private TestProcess process(Duration patience) throws Exception {
    return cluster.process(
        new LedgerSettings(
            BLOCK,
            BLOCK,
            10,
            Duration.ofMillis(20),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            patience));
  }

  private static void write(AccountFile file, long offset, int bytes) {
    try {
      file.write(offset, ByteBuffer.allocate(bytes));
    } catch (Exception failed) {
      throw new CompletionException(failed);
    }
  }

  @Test
  void aWriteWaitsUntilTheDatabaseIsBack() throws Exception {
    TestProcess process = process(Duration.ofSeconds(30));
    AccountFile file = process.as("alice@acme").edit("/a");
    file.write(0, ByteBuffer.allocate(1));
    process.network().cut();
    file.write(1, ByteBuffer.allocate(BLOCK - 1));
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> write(file, BLOCK, 3 * BLOCK), Thread::startVirtualThread);
    // As long as several tries take.
    assertThat(writing.copy().completeOnTimeout(null, 1, TimeUnit.SECONDS))
        .succeedsWithin(Duration.ofSeconds(5));
    assertThat(writing).isNotDone();

    process.network().heal();

    assertThat(writing).succeedsWithin(Duration.ofSeconds(10));
    file.close();
    cluster.isExact();
    assertThat(process.driftBytes()).isZero();
  }

  @Test
  void itWaitsNoLongerThanItsPatience() throws Exception {
    TestProcess process = process(Duration.ofSeconds(1));
    AccountFile file = process.as("alice@acme").edit("/a");
    process.network().cut();
    long begun = System.nanoTime();
    fails(() -> file.write(0, ByteBuffer.allocate(2 * BLOCK)), LEDGER_UNAVAILABLE);
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(700), Duration.ofSeconds(5));
    // Others of the same client are not kept waiting one after the other.
    begun = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      fails(() -> file.write(0, ByteBuffer.allocate(2 * BLOCK)), LEDGER_UNAVAILABLE);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(900));
    process.network().heal();
    file.close();
    cluster.isExact();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aGrantWhoseAnswerIsLostIsNotTakenTwice(Loss loss) throws Exception {
    TestProcess process = process(Duration.ofSeconds(10));
    AccountFile file = process.as("alice@acme").edit("/a");
    file.write(0, ByteBuffer.allocate(1));
    process.network().loseNext("with free", loss);
    file.write(1, ByteBuffer.allocate(5 * BLOCK));
    assertThat(process.network().wasLost()).isTrue();
    file.close();
    cluster.isExact();
  }

  /** When the database comes back nobody has said that it lives, the dead and the living alike. */
  @Test
  void afterAnOutageNobodyIsCalledDeadAtOnce() throws Exception {
    LedgerSettings settings =
        new LedgerSettings(
            BLOCK,
            BLOCK,
            10,
            Duration.ofMillis(20),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofSeconds(4),
            Duration.ofSeconds(1),
            Duration.ZERO);
    TestProcess back = cluster.process(settings);
    TestProcess late = cluster.process(settings);
    late.as("alice@acme").put("/a", 10);
    back.network().cut();
    late.network().cut();
    // Longer than half of the time after which one is dead, so that it counts as an outage.
    await().pollDelay(Duration.ofSeconds(6)).until(() -> true);
    back.network().heal();
    await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
    assertThat(processes()).as("the late one is not called dead").isEqualTo(2);
    late.network().heal();
    cluster.isExact();
    await().pollDelay(Duration.ofSeconds(3)).until(() -> processes() == 2);

    cluster.kill(late);

    await().atMost(Duration.ofSeconds(20)).until(() -> processes() == 1);
  }

  private long processes() {
    return cluster.jdbc().sql("select count(*) from gateway_process").query(Long.class).single();
  }
}
