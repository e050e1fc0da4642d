package io.quaymaster.quota;

import io.quaymaster.accountfiles.TestCluster;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import io.quaymaster.micro.MicroBenchmark;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * Microseconds of each of four threads that write in homes of their own and count in one tenant:
 * what the ledger does for 32 KiB, without the write. The PostgreSQL is that of the tests, whose
 * commits do not wait for the disk.
 */
@SuppressWarnings("NullAway.Init") // JMH calls what sets up before anything else
@State(Scope.Benchmark)
@Threads(QuotaLedgerMicro.HOMES)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class QuotaLedgerMicro extends MicroBenchmark {
  static final int HOMES = 4;
  private static final long WRITE_BYTES = 32 << 10;

  /** Leases nothing in advance. */
  private static final LedgerSettings FROM_HAND_TO_MOUTH =
      new LedgerSettings(
          1,
          1,
          1,
          LedgerSettings.DEFAULTS.settleInterval(),
          LedgerSettings.DEFAULTS.leaseIdle(),
          LedgerSettings.DEFAULTS.heartbeat(),
          LedgerSettings.DEFAULTS.deadAfter(),
          LedgerSettings.DEFAULTS.reclaimWait(),
          LedgerSettings.DEFAULTS.patience());

  private record Place(long tenantId, long storeId, String path) {}

  private final AtomicInteger sessions = new AtomicInteger();
  private TestCluster cluster;
  private List<Place> homes;
  private QuotaAssembly leasing;
  private QuotaAssembly asking;

  @Setup
  public void open() throws Exception {
    cluster = TestCluster.open();
    for (int home = 0; home < HOMES; home++) {
      cluster.account("partner" + home + "@acme");
    }
    homes =
        cluster
            .jdbc()
            .sql("select tenant_id, store_id, path from quota_scope where path is not null")
            .query((row, n) -> new Place(row.getLong(1), row.getLong(2), row.getString(3)))
            .list();
    leasing = cluster.process(LedgerSettings.DEFAULTS).quota();
    asking = cluster.process(FROM_HAND_TO_MOUTH).quota();
  }

  @TearDown
  public void close() {
    cluster.close();
  }

  /** Where one thread writes. */
  @State(Scope.Thread)
  public static class Session {
    private Chain leased;
    private Chain asked;

    @Setup
    public void enter(QuotaLedgerMicro micro) throws FileFailure {
      Place home = micro.homes.get(micro.sessions.getAndIncrement() % HOMES);
      leased = chain(micro.leasing, home);
      asked = chain(micro.asking, home);
    }

    private static Chain chain(QuotaAssembly quota, Place home) throws FileFailure {
      StoreKey root = StoreKey.ofPlace(home.path());
      return quota.ledger().enter(home.tenantId(), home.storeId(), root).chainOf(root);
    }
  }

  private static void write(QuotaAssembly quota, Chain chain) throws FileFailure {
    quota.ledger().reserve(chain, WRITE_BYTES, 0);
    quota.ledger().commit(chain, WRITE_BYTES, 0);
  }

  /** A write that fails: nothing is asked of the database. */
  @Benchmark
  public void reserveAndRelease(Session session) throws FileFailure {
    leasing.ledger().reserve(session.leased, WRITE_BYTES, 0);
    leasing.ledger().release(session.leased, WRITE_BYTES, 0);
  }

  /** A write, with its part of the questions that extend the lease. */
  @Benchmark
  public void reserveAndCommit(Session session) throws FileFailure {
    write(leasing, session.leased);
  }

  /** A write that finds no lease: the database is asked for the home and for the tenant. */
  @Benchmark
  public void askAndCommit(Session session) throws FileFailure {
    write(asking, session.asked);
  }

  /** A write, and a transaction that settles what all threads wrote until then. */
  @Benchmark
  public void settle(Session session) throws FileFailure {
    write(leasing, session.leased);
    leasing.settler().settle(LedgerSettings.DEFAULTS.leaseIdle());
  }
}
