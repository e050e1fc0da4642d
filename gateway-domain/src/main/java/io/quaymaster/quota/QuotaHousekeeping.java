package io.quaymaster.quota;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileFailure;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One thread that settles, says that the process lives, gives back what others need, and settles
 * for those who died.
 */
final class QuotaHousekeeping {
  /** A process needs room in a scope: others give back what they hold there unspent. */
  static final String RECLAIM = "reclaim";

  /** There may be room in a scope. */
  static final String ROOM = "room";

  /** A place was made. */
  static final String PLACE = "place";

  private static final Logger log = LoggerFactory.getLogger(QuotaHousekeeping.class);

  /** Requests of other processes that may wait; who is not heard asks again or waits in vain. */
  private static final int MAX_WAITING = 4096;

  /** How long a stop tries to settle what other processes have to settle first. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  private final QuotaLedger ledger;
  private final LedgerTable table;
  private final ProcessTable processes;
  private final LedgerSettings settings;
  private final Settler settler;
  private final DeadProcesses dead;
  private final Recounter recounter;
  private final ClusterNotices notices;
  private final ProcessMarker marker;
  private final LedgerMeters meters;
  private final TransactionTemplate transaction;
  private final BlockingQueue<Runnable> asked = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Set<Long> uncountable = new HashSet<>();
  private volatile boolean stopping;
  private @Nullable Thread keeper;
  private boolean registered;
  private boolean marked;
  private boolean forgotten;
  private boolean outage;
  private long lastHeartbeatNanos;

  /** Since when heartbeats follow on each other. */
  private long steadySinceNanos;

  QuotaHousekeeping(
      QuotaLedger ledger,
      LedgerTable table,
      ProcessTable processes,
      LedgerSettings settings,
      Settler settler,
      DeadProcesses dead,
      Recounter recounter,
      ClusterNotices notices,
      ProcessMarker marker,
      LedgerMeters meters,
      TransactionTemplate transaction) {
    this.ledger = ledger;
    this.table = table;
    this.processes = processes;
    this.settings = settings;
    this.settler = settler;
    this.dead = dead;
    this.recounter = recounter;
    this.notices = notices;
    this.marker = marker;
    this.meters = meters;
    this.transaction = transaction;
  }

  Duration leaseIdle() {
    return settings.leaseIdle();
  }

  void start() {
    notices.subscribe(RECLAIM, scope -> later(() -> giveBack(Long.parseLong(scope))));
    notices.subscribe(PLACE, scope -> later(() -> readPlace(Long.parseLong(scope))));
    notices.subscribe(
        ROOM, scope -> ledger.activeScope(Long.parseLong(scope)).ifPresent(ScopeLedger::roomMade));
    notices.whenReconnected(() -> later(ledger::readPlacesAnew));
    guarded(this::keepHouse);
    keeper = Thread.ofVirtual().name("quota-housekeeping").start(this::run);
  }

  private void later(Runnable what) {
    if (!asked.offer(what)) {
      log.warn("More than {} requests of other gateway processes wait", MAX_WAITING);
    }
  }

  private void giveBack(long scopeId) {
    ledger
        .activeScope(scopeId)
        .ifPresent(
            scope -> {
              scope.wantBack();
              settler.settle(settings.leaseIdle());
              notices.publish(ROOM, Long.toString(scopeId));
            });
  }

  private void readPlace(long scopeId) {
    table.scope(scopeId).ifPresent(ledger::placeMade);
  }

  private void run() {
    try {
      while (!stopping) {
        Runnable first = asked.poll(settings.settleInterval().toMillis(), TimeUnit.MILLISECONDS);
        List<Runnable> all = new ArrayList<>();
        if (first != null) {
          all.add(first);
          asked.drainTo(all);
        }
        all.forEach(this::guarded);
        guarded(this::keepHouse);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void keepHouse() {
    if (forgotten) {
      dead.startAnew();
      forgotten = false;
    }
    if (!registered) {
      processes.register();
      registered = true;
      long now = System.nanoTime();
      lastHeartbeatNanos = now;
      beaten(now);
      steadySinceNanos = now - settings.deadAfter().toNanos();
    }
    if (!marked) {
      marker.earlier().ifPresent(dead::settleKnownDead);
      marker.write(processes.process());
      marked = true;
    }
    boolean due = System.nanoTime() - lastHeartbeatNanos >= settings.heartbeat().toNanos();
    if (due) {
      processes.heartbeat();
      beaten(System.nanoTime());
    }
    settler.settle(settings.leaseIdle());
    meters.allSettled();
    if (due) {
      if (!isJustBack()) {
        dead.settleAll(settings.deadAfter());
      }
      table.unmeasuredPlaces().forEach(this::countForgotten);
      ledger.forgetIdle();
    }
    meters.databaseAnswers(true);
    if (outage) {
      outage = false;
      ledger.databaseAnswers();
      log.info("The quota ledger's database answers again");
    }
  }

  private void beaten(long now) {
    meters.heartbeat();
    if (now - lastHeartbeatNanos > settings.deadAfter().dividedBy(2).toNanos()) {
      steadySinceNanos = now;
    }
    lastHeartbeatNanos = now;
  }

  /**
   * Whether the database was away a moment ago: then no heartbeat came in from anybody, and who is
   * dead shows when the living have had time to say that they live.
   */
  private boolean isJustBack() {
    return System.nanoTime() - steadySinceNanos < settings.deadAfter().toNanos();
  }

  /** Counts a new place, and tells all processes of it. */
  void placeMade(long scopeId) throws FileFailure {
    recounter.placeMade(scopeId);
    notices.publish(PLACE, Long.toString(scopeId));
  }

  /** Who made the place died before it was counted, or could not count it. */
  private void countForgotten(long scopeId) {
    try {
      placeMade(scopeId);
      uncountable.remove(scopeId);
    } catch (FileFailure unreadable) {
      if (uncountable.add(scopeId)) {
        log.error("The new place {} cannot be counted. It is tried again.", scopeId, unreadable);
      }
    }
  }

  /** Whatever goes wrong, the next round comes. An outage is told once. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (ProcessForgotten taken) {
      log.debug("A round ended early", taken);
      forgotten = true;
    } catch (DataAccessException | TransactionException away) {
      meters.databaseAnswers(false);
      if (!outage) {
        outage = true;
        log.warn("The quota ledger's database does not answer: {}", away.getMessage());
      }
    } catch (UncheckedIOException unwritable) {
      log.error("The journal cannot be read or written", unwritable);
    } catch (RuntimeException defect) {
      log.error("The quota ledger's housekeeping failed", defect);
    }
  }

  void stop() throws InterruptedException {
    stopping = true;
    later(() -> {});
    if (keeper != null) {
      keeper.join();
    }
    long giveUpAt = System.nanoTime() + STOP_PATIENCE.toNanos();
    guarded(() -> settler.settle(Duration.ZERO));
    while (ledger.isAnythingOwed() && System.nanoTime() < giveUpAt) {
      Thread.sleep(settings.settleInterval());
      guarded(() -> settler.settle(Duration.ZERO));
    }
    guarded(this::leave);
  }

  private void leave() {
    if (ledger.isAnythingHeld()) {
      log.warn("Files are still being written; another gateway process counts what they hold");
      return;
    }
    transaction.executeWithoutResult(
        status -> {
          processes
              .leasesOf(processes.process())
              .forEach(lease -> processes.dropLease(processes.process(), lease));
          processes.forgetProcess(processes.process());
        });
  }
}
