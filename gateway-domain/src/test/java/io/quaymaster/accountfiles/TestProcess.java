package io.quaymaster.accountfiles;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.audit.Journal;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.quota.QuotaAssembly;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A gateway process without its faces: a ledger of its own on the cluster's database. Any thread.
 */
public final class TestProcess {
  private static final int UMASK = 027;

  private final TestCluster cluster;
  private final Network network;
  private final ClusterNotices notices;
  private final QuotaAssembly quota;
  private final AccountFilesEngine engine;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  TestProcess(TestCluster cluster, LedgerSettings settings, Path folder) throws IOException {
    this.cluster = cluster;
    this.network = new Network(cluster.database());
    this.notices = new ClusterNotices(network.dataSource());
    this.quota =
        new QuotaAssembly(
            network.dataSource(),
            new JdbcTransactionManager(network.dataSource()),
            cluster,
            new Journal(folder, 64 << 20),
            settings,
            meters,
            notices,
            UUID.randomUUID());
    this.engine =
        new AccountFilesEngine(
            quota.ledger(),
            quota.sharedFiles(),
            quota.gates(),
            cluster,
            quota.chronicle(),
            Clock.systemUTC(),
            UMASK);
  }

  void start() throws InterruptedException {
    quota.start();
    notices.start();
    if (!notices.awaitListening(Duration.ofSeconds(20))) {
      throw new IllegalStateException("no connection for notices");
    }
  }

  /** A new session of an account. */
  public Actor as(String login) throws FileFailure {
    return new Actor(engine.open(cluster.grant(login)));
  }

  AccountFilesEngine engine() {
    return engine;
  }

  public QuotaAssembly quota() {
    return quota;
  }

  public Network network() {
    return network;
  }

  /** Settles, and gives back all that no write holds. */
  public TestProcess settle() {
    quota.settler().settle(Duration.ZERO);
    return this;
  }

  /** Bytes that counts had to correct. */
  public double driftBytes() {
    return meters.get("quaymaster.quota.drift.bytes").gauge().value();
  }

  public double reservedBytes() {
    return meters.get("quaymaster.quota.reserved.bytes").gauge().value();
  }

  /** Ends as a process should. */
  public void stop() {
    try {
      quota.stop();
      notices.stop();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", ended);
    }
    network.close();
  }

  /** Ends as {@code kill -9} does: the database hears nothing of it. */
  public void crash() throws SQLException {
    network.cut();
    stop();
  }
}
