package io.quaymaster.admission;

import io.quaymaster.admission.BanSubject.Account;
import io.quaymaster.admission.BanSubject.Network;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.login.LoginName;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Carries bans between the {@link BanBook}s of a cluster: what is imposed here goes to PostgreSQL
 * in groups, off the threads that serve connections, and the others are told; what others impose or
 * lift comes back the same way. While the database is away every process goes on with what it
 * knows, and tells it afterwards.
 *
 * <p>Threads: any. One virtual thread of its own does all that waits for the database.
 */
public final class BanKeeper implements BanChanges {
  private static final String NOTICE = "bans";
  private static final String IMPOSED = "imposed ";
  private static final String LIFTED_NETWORK = "lifted network ";
  private static final String LIFTED_ACCOUNT = "lifted account ";

  /** Ids of a notice: 20 digits each must fit into one. */
  private static final int IDS_PER_NOTICE = 300;

  /** How long bans are gathered; so late is the cluster. */
  private static final Duration GATHER = Duration.ofMillis(100);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);

  /** Rows of bans that are over stay so long, for their strikes. */
  private static final Duration KEEP = Duration.ofDays(1);

  private static final int LINES_AT_ONCE = 100;
  private static final double LINES_PER_SECOND = 10;
  private static final Logger log = LoggerFactory.getLogger(BanKeeper.class);

  private final BanBook book;
  private final AccountSources sources;
  private final BanRows rows;
  private final TransactionOperations transaction;
  private final ClusterNotices notices;
  private final Chronicle chronicle;
  private final Clock clock;
  private final int most;
  private final TokenBucket lines;
  private final Semaphore work = new Semaphore(0);
  private final CountDownLatch firstLook = new CountDownLatch(1);
  private final Map<BanSubject, Ban> unwritten = new LinkedHashMap<>();
  private final Set<Long> heard = new HashSet<>();

  /** While rows were read: they may still tell of these. */
  private final Set<BanSubject> liftedMeanwhile = new HashSet<>();

  private boolean reload = true;
  private long silent;
  private Instant prunedAt = Instant.EPOCH;
  private boolean outage;
  private volatile boolean stopping;
  private @Nullable Thread worker;

  /**
   * @param most rows of bans that nobody imposed by hand, and entries that wait to be rows
   */
  public BanKeeper(
      BanBook book,
      AccountSources sources,
      JdbcClient jdbc,
      TransactionOperations transaction,
      ClusterNotices notices,
      Chronicle chronicle,
      Clock clock,
      int most) {
    this.book = book;
    this.sources = sources;
    this.rows = new BanRows(jdbc);
    this.transaction = transaction;
    this.notices = notices;
    this.chronicle = chronicle;
    this.clock = clock;
    this.most = most;
    this.lines = new TokenBucket(LINES_PER_SECOND, LINES_AT_ONCE, clock.instant());
    notices.subscribe(NOTICE, this::hear);
    notices.whenReconnected(this::reload);
  }

  /** A ban that this process's book began or made longer. Returns at once. */
  public void began(Ban ban) {
    synchronized (this) {
      if (unwritten.size() < most || unwritten.containsKey(ban.subject())) {
        unwritten.put(ban.subject(), ban);
      }
    }
    work.release();
  }

  /** An account came in: its network is known from now on. Returns at once. */
  public void cameIn(long accountId, InetAddress source) {
    sources.cameIn(accountId, source);
    work.release();
  }

  /** Loads what is known, then keeps up with it. Returns at once. Once only. */
  public void start() {
    worker = Thread.ofVirtual().name("ban-keeper").start(this::run);
  }

  /**
   * Waits until all that the database knows is known here.
   *
   * @return whether it is; not while the database is away
   */
  public boolean awaitFirstLook(Duration atMost) throws InterruptedException {
    return firstLook.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Writes what waits, and ends. */
  public void stop() throws InterruptedException {
    stopping = true;
    work.release();
    if (worker != null) {
      worker.join();
    }
  }

  private void run() {
    boolean last = false;
    while (!last) {
      last = stopping;
      try {
        keepUp();
        firstLook.countDown();
        noteOutage(null);
        awaitWork(PRUNE_EVERY);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException away) {
        noteOutage(away);
        LockSupport.parkNanos(stopping ? 0 : RETRY.toNanos());
      }
    }
  }

  /** Gathers what comes in a short while. */
  private void awaitWork(Duration atMost) throws InterruptedException {
    if (!stopping && work.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS) && !stopping) {
      Thread.sleep(GATHER);
      work.drainPermits();
    }
  }

  private void keepUp() {
    writeBans();
    writeSources();
    boolean all;
    List<Long> ids;
    synchronized (this) {
      all = reload;
      ids = List.copyOf(heard);
      reload = false;
      heard.clear();
      liftedMeanwhile.clear();
    }
    try {
      if (all) {
        learnAll(rows.live(clock.instant(), 2 * most));
      } else if (!ids.isEmpty()) {
        learnSome(rows.find(ids));
      }
    } catch (RuntimeException away) {
      synchronized (this) {
        reload = true;
      }
      throw away;
    }
    prune();
  }

  private void writeBans() {
    List<Ban> taken;
    synchronized (this) {
      taken = new ArrayList<>(unwritten.values());
    }
    if (taken.isEmpty()) {
      return;
    }
    // Everybody locks in the same order.
    taken.sort(Comparator.comparing(ban -> ban.subject().toString()));
    List<Ban> begun = new ArrayList<>();
    transaction.executeWithoutResult(
        _ -> {
          begun.clear();
          List<Long> ids = new ArrayList<>();
          for (Ban ban : taken) {
            rows.write(stored(ban))
                .ifPresent(
                    row -> {
                      ids.add(row.id());
                      if (row.began()) {
                        begun.add(ban);
                      }
                    });
          }
          for (int i = 0; i < ids.size(); i += IDS_PER_NOTICE) {
            announce(ids.subList(i, Math.min(ids.size(), i + IDS_PER_NOTICE)));
          }
        });
    synchronized (this) {
      taken.forEach(ban -> unwritten.remove(ban.subject(), ban));
    }
    // Of several gateways that saw it begin, the one that wrote it first.
    begun.forEach(this::tell);
  }

  private static Ban stored(Ban ban) {
    return new Ban(
        ban.subject(),
        ban.kind(),
        ban.strikes(),
        ban.imposedAt().truncatedTo(ChronoUnit.MICROS),
        ban.endsAt().truncatedTo(ChronoUnit.MICROS));
  }

  private void writeSources() {
    List<Runnable> writes = sources.writes();
    for (Runnable write : writes) {
      transaction.executeWithoutResult(_ -> write.run());
      sources.forgetWritten(1);
    }
  }

  private synchronized void learnSome(List<BanRow> found) {
    found.stream()
        .map(BanRow::ban)
        .filter(ban -> !liftedMeanwhile.contains(ban.subject()))
        .forEach(this::learn);
  }

  private synchronized void learnAll(List<BanRow> known) {
    book.replace(
        known.stream()
            .map(BanRow::ban)
            .filter(ban -> !liftedMeanwhile.contains(ban.subject()))
            .toList(),
        Set.copyOf(unwritten.keySet()));
  }

  private void prune() {
    Instant now = clock.instant();
    if (prunedAt.plus(PRUNE_EVERY).isBefore(now)) {
      rows.prune(now.minus(KEEP), most);
      prunedAt = now;
    }
  }

  private void learn(Ban ban) {
    if (clock.instant().isBefore(ban.endsAt())) {
      book.learn(ban);
    }
  }

  /** One line for each ban, but an attack does not fill the log; the next says what is missing. */
  private void tell(Ban ban) {
    if (!lines.take(clock.instant())) {
      silent++;
      return;
    }
    Map<String, String> detail = new HashMap<>();
    detail.put("reason", ban.reason());
    detail.put("until", ban.endsAt().truncatedTo(ChronoUnit.SECONDS).toString());
    detail.put("strikes", Integer.toString(ban.strikes()));
    if (silent > 0) {
      detail.put("notWritten", Long.toString(silent));
      silent = 0;
    }
    LoginName name = ban.subject() instanceof Account(LoginName account) ? account : null;
    chronicle.record(
        new AuditEvent(
            UUID.randomUUID(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            name == null ? null : name.tenant(),
            name == null ? null : name.username(),
            null,
            name == null ? ban.subject().toString() : null,
            null,
            "ban.impose",
            AuditEvent.Outcome.OK,
            null,
            CorrelationId.next(),
            detail));
  }

  private void noteOutage(@Nullable RuntimeException away) {
    if (away != null && !outage) {
      log.warn("Bans are kept in memory, the database does not answer: {}", away.getMessage());
    } else if (away == null && outage) {
      log.info("Bans reach the database again");
    }
    outage = away != null;
  }

  private void announce(List<Long> ids) {
    notices.publish(
        NOTICE, IMPOSED + String.join(" ", ids.stream().map(id -> Long.toString(id)).toList()));
  }

  @Override
  public void announceImposed(long id) {
    announce(List.of(id));
  }

  @Override
  public void announceLifted(BanSubject subject) {
    String what =
        switch (subject) {
          case Network _ -> LIFTED_NETWORK;
          case Account _ -> LIFTED_ACCOUNT;
        };
    notices.publish(NOTICE, what + subject);
  }

  @Override
  public void imposed(Ban ban) {
    learn(ban);
  }

  @Override
  public synchronized void lifted(BanSubject subject) {
    unwritten.remove(subject);
    liftedMeanwhile.add(subject);
    book.forget(subject);
  }

  /** On the thread that listens: only notes what is to be looked up. */
  private void hear(String notice) {
    if (notice.startsWith(LIFTED_NETWORK)) {
      lifted(new Network(SourceNetwork.parse(notice.substring(LIFTED_NETWORK.length()))));
    } else if (notice.startsWith(LIFTED_ACCOUNT)) {
      LoginName.parse(notice.substring(LIFTED_ACCOUNT.length()), null)
          .ifPresent(name -> lifted(new Account(name)));
    } else if (notice.startsWith(IMPOSED)) {
      synchronized (this) {
        for (String id : notice.substring(IMPOSED.length()).split(" ", -1)) {
          heard.add(Long.parseLong(id));
        }
        if (heard.size() > most) {
          heard.clear();
          reload = true;
        }
      }
      work.release();
    }
  }

  private void reload() {
    synchronized (this) {
      reload = true;
    }
    work.release();
  }
}
