package io.quaymaster.ssh;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.admission.AccountSources;
import io.quaymaster.admission.BanBook;
import io.quaymaster.admission.BanKeeper;
import io.quaymaster.admission.BansForTests;
import io.quaymaster.admission.NetworkBlocks;
import io.quaymaster.admission.Penalties;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.ssh.admission.Gate;
import io.quaymaster.ssh.admission.GateSettings;
import io.quaymaster.ssh.admission.LoginGuard;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The real gate of one process, as the gateway wires it; chance is the same in each run. */
final class GateForTests implements AutoCloseable {
  private static final long SEED = 7;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ClusterNotices notices;
  private final BanBook book;
  private final BanKeeper keeper;
  private final Penalties penalties;
  private final BansForTests bans;
  private final Gate gate;
  private final LoginGuard guard;

  GateForTests(DataSource source, Strangers strangers, Duration graceTime, Chronicle chronicle) {
    Clock clock = Clock.systemUTC();
    JdbcClient jdbc = JdbcClient.create(source);
    TransactionTemplate transaction =
        new TransactionTemplate(new DataSourceTransactionManager(source));
    notices = new ClusterNotices(source);
    book =
        new BanBook(
            NetworkBlocks.DEFAULTS,
            strangers.penalties(),
            Stream.concat(strangers.exempt().stream(), strangers.proxies().stream()).toList(),
            clock);
    AccountSources sources = new AccountSources(jdbc, book, clock);
    keeper =
        new BanKeeper(
            book,
            sources,
            jdbc,
            transaction,
            notices,
            chronicle,
            clock,
            strangers.penalties().most());
    penalties = new Penalties(book, keeper, notices, UUID.randomUUID());
    bans = new BansForTests(jdbc, keeper, transaction, clock);
    gate =
        new Gate(
            new GateSettings(
                strangers.startups(),
                strangers.perSource(),
                strangers.handshakeBurst(),
                strangers.handshakeBurst(),
                graceTime,
                strangers.proxies(),
                strangers.headerTimeout()),
            book,
            penalties,
            clock,
            new Random(SEED)::nextInt,
            meters);
    guard = new LoginGuard(book, penalties, keeper, sources, null);
    notices.start();
    keeper.start();
    penalties.start();
  }

  Gate gate() {
    return gate;
  }

  LoginGuard guard() {
    return guard;
  }

  BanBook book() {
    return book;
  }

  /** What a platform admin does with bans. */
  BansForTests bans() {
    return bans;
  }

  /** Connections that were refused so far for a reason, as metrics call it. */
  int refused(String reason) {
    return (int)
        meters.get("quaymaster.connections.refused").tag("reason", reason).counter().count();
  }

  @Override
  public void close() {
    try {
      penalties.stop();
      keeper.stop();
      notices.stop();
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }
}
