package io.quaymaster.quota;

import static io.quaymaster.files.FileFailure.Kind.LEDGER_UNAVAILABLE;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_FILES;

import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.LedgerTable.Balance;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Gets from the database what a scope's lease lacks, and refuses only when the bytes are really in
 * use or being written: before that, what this process has not settled is settled, and other
 * processes are asked to give back what they do not use. Threads: any.
 */
final class Leases {
  private static final Logger log = LoggerFactory.getLogger(Leases.class);

  /** How often a write that waits for room looks again without being told of any. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  /** Less is no wait, but a question that failed at once: it may be asked again. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(500);

  private final LedgerTable table;
  private final LedgerSettings settings;
  private final DatabasePatience patience;
  private final LedgerMeters meters;
  private final Runnable settleNow;
  private final LongConsumer askOthers;
  private volatile @Nullable Outage outage;

  /**
   * The database did not answer for so long. Until as much time has passed again, writes are
   * refused without waiting: a client has dozens of them under way, and each would wait its turn.
   */
  private record Outage(long endedNanos, long waitedNanos, RuntimeException cause) {
    boolean isFresh() {
      return waitedNanos >= SHORTEST_WAIT.toNanos() && System.nanoTime() - endedNanos < waitedNanos;
    }
  }

  /**
   * @param settleNow settles what this process has not settled, and returns when it is committed
   * @param askOthers tells other processes to give back what they do not use of a scope
   */
  Leases(
      LedgerTable table,
      LedgerSettings settings,
      LedgerMeters meters,
      Runnable settleNow,
      LongConsumer askOthers) {
    this.table = table;
    this.settings = settings;
    this.patience = new DatabasePatience(settings.patience());
    this.meters = meters;
    this.settleNow = settleNow;
    this.askOthers = askOthers;
  }

  void settleNow() {
    settleNow.run();
  }

  /** Takes from the lease, or from what the database grants. */
  void reserve(ScopeLedger scope, Amount need) throws FileFailure {
    long startedAt = System.nanoTime();
    scope.asking.lock();
    try {
      if (scope.takeOrMissing(need, System.nanoTime()).isNone()) {
        return;
      }
      refuseIfKnownAway();
      if (!patience.ask(() -> takeFromDatabase(scope, need))) {
        // What we freed ourselves and have not settled yet may be all that is missing.
        patience.ask(
            () -> {
              settleNow();
              return scope;
            });
        waitForRoom(scope, need);
      }
    } catch (DataAccessException | TransactionException | UncheckedIOException away) {
      long now = System.nanoTime();
      outage = new Outage(now, now - startedAt, away);
      throw unavailable(away);
    } finally {
      scope.asking.unlock();
    }
  }

  /** The database is back: writes ask it again. */
  void databaseAnswers() {
    outage = null;
  }

  private void refuseIfKnownAway() throws FileFailure {
    Outage known = outage;
    if (known != null && known.isFresh()) {
      throw unavailable(known.cause());
    }
  }

  private void waitForRoom(ScopeLedger scope, Amount need) throws FileFailure {
    long giveUpAt = 0;
    while (!patience.ask(() -> takeFromDatabase(scope, need))) {
      Amount missing = scope.takeOrMissing(need, System.nanoTime());
      if (missing.isNone()) {
        return;
      }
      Balance balance = patience.ask(() -> table.balance(scope.id()));
      if (fits(missing, balance)) {
        // Given back since we asked: only what one and the same moment shows is a reason to refuse.
        continue;
      }
      boolean othersHold =
          othersHold(missing, balance, patience.ask(() -> table.lease(scope.id())));
      if (giveUpAt == 0 && (othersHold || scope.isHalfReserved())) {
        giveUpAt = System.nanoTime() + settings.reclaimWait().toNanos();
        if (othersHold) {
          askOthers.accept(scope.id());
        }
      }
      if (!(othersHold || scope.isHalfReserved()) || System.nanoTime() >= giveUpAt) {
        throw refusal(scope, missing, balance);
      }
      scope.awaitRoom(LOOK_AGAIN);
    }
  }

  private static boolean fits(Amount missing, Balance balance) {
    Amount taken = balance.used().plus(balance.reserved());
    return missing.bytes() <= orMax(balance.bytesLimit()) - taken.bytes()
        && missing.files() <= orMax(balance.filesLimit()) - taken.files();
  }

  private static boolean othersHold(Amount missing, Balance balance, Amount ours) {
    Amount theirs = balance.reserved().minus(ours);
    return (missing.bytes() > 0 && theirs.bytes() > 0)
        || (missing.files() > 0 && theirs.files() > 0);
  }

  private boolean takeFromDatabase(ScopeLedger scope, Amount need) {
    if (scope.isUncertain()) {
      settleNow();
    }
    Amount missing = scope.takeOrMissing(need, System.nanoTime());
    while (!missing.isNone()) {
      Optional<Amount> grant = ask(scope, missing);
      if (grant.isEmpty()) {
        return false;
      }
      missing = scope.grantedAndTake(grant.get(), need);
    }
    return true;
  }

  private Optional<Amount> ask(ScopeLedger scope, Amount missing) {
    try {
      return table.grant(scope.id(), missing, scope.nextBlock(missing, settings));
    } catch (DataAccessException lost) {
      scope.setUncertain();
      throw lost;
    }
  }

  private FileFailure refusal(ScopeLedger scope, Amount missing, Balance balance) {
    String whose = scope.row().isTenant() ? "the tenant" : "this place";
    Amount taken = balance.used().plus(balance.reserved());
    if (missing.bytes() > 0) {
      meters.denied("bytes");
      return new FileFailure(
          QUOTA_BYTES,
          "%s may hold %d bytes, and %d are used or being written"
              .formatted(whose, orMax(balance.bytesLimit()), taken.bytes()));
    }
    meters.denied("files");
    return new FileFailure(
        QUOTA_FILES,
        "%s may hold %d files, and has %d"
            .formatted(whose, orMax(balance.filesLimit()), taken.files()));
  }

  /** Without a limit it is the number itself that ends. */
  private static long orMax(@Nullable Long limit) {
    return limit == null ? Long.MAX_VALUE : limit;
  }

  static FileFailure unavailable(RuntimeException away) {
    // The outage itself is told once, by who settles.
    log.debug("The quota ledger's database does not answer", away);
    return new FileFailure(LEDGER_UNAVAILABLE, "the quota cannot be checked now", away);
  }
}
