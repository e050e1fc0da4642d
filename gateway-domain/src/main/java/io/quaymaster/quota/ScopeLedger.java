package io.quaymaster.quota;

import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of one scope in this process, shared by every session that writes there.
 *
 * <p>{@code granted} is what the database gave this process (our row of {@code quota_lease}). Of
 * it, {@code held} is reserved by writes under way, {@code spent} was written and will move from
 * reserved to used with the next settlement, {@code returning} is on its way back; the rest can be
 * given to writes without asking the database.
 *
 * <p>Threads: any. The lock is never held over a database call.
 */
final class ScopeLedger {
  private static final Logger log = LoggerFactory.getLogger(ScopeLedger.class);

  private final ScopeRow row;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  /** One question to the database at a time; those who wait are often served by its answer. */
  final ReentrantLock asking = new ReentrantLock();

  /** Reservations that hold something here and still wait for another scope of their chain. */
  private final AtomicInteger halfReserved = new AtomicInteger();

  private final long firstBlockBytes;
  private Amount granted = Amount.NONE;
  private Amount held = Amount.NONE;
  private Amount spent = Amount.NONE;
  private Amount returning = Amount.NONE;
  private Amount usedChange = Amount.NONE;
  private boolean uncertain;
  private boolean wantedBack;
  private boolean owes;
  private long owesSinceNanos;
  private long nextBlockBytes;
  private long lastUsedNanos;

  ScopeLedger(ScopeRow row, long firstBlockBytes) {
    this.row = row;
    this.firstBlockBytes = firstBlockBytes;
    this.nextBlockBytes = firstBlockBytes;
  }

  ScopeRow row() {
    return row;
  }

  long id() {
    return row.id();
  }

  /**
   * Takes from the lease, if it suffices.
   *
   * @return what is missing; NONE if it was taken
   */
  Amount takeOrMissing(Amount need, long nowNanos) {
    lock.lock();
    try {
      lastUsedNanos = nowNanos;
      return takeOrMissing(need);
    } finally {
      lock.unlock();
    }
  }

  private Amount takeOrMissing(Amount need) {
    Amount available = available();
    if (available.covers(need)) {
      held = held.plus(need);
      return Amount.NONE;
    }
    return need.minus(available.atLeastNone()).atLeastNone();
  }

  /**
   * The database granted something. Takes what was needed at once, before anybody can give it back
   * or take it.
   *
   * @return what is still missing; NONE if it was taken
   */
  Amount grantedAndTake(Amount grant, Amount need) {
    lock.lock();
    try {
      granted = granted.plus(grant);
      return takeOrMissing(need);
    } finally {
      lock.unlock();
    }
  }

  /** Marks what was taken here as not certain to be written, while another scope is asked. */
  void beginHalfReserved() {
    halfReserved.incrementAndGet();
  }

  void endHalfReserved() {
    halfReserved.decrementAndGet();
    roomMade();
  }

  boolean isHalfReserved() {
    return halfReserved.get() > 0;
  }

  /**
   * Waits until there may be more room here or in the database, or the time is over; the caller
   * looks again, in its loop.
   */
  @SuppressWarnings("WaitNotInLoop")
  void awaitRoom(Duration atMost) throws FileFailure {
    lock.lock();
    try {
      boolean signalled = room.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
      log.trace("scope {}: waited for room, {}", row.id(), signalled ? "signalled" : "timed out");
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw new FileFailure(
          FileFailure.Kind.SESSION_ENDED, "interrupted while waiting for quota", ended);
    } finally {
      lock.unlock();
    }
  }

  /** Another process gave something back. */
  void roomMade() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How much to ask for when {@code missing} is missing; each question doubles the next block. */
  Amount nextBlock(Amount missing, LedgerSettings settings) {
    lock.lock();
    try {
      long block = nextBlockBytes;
      if (missing.bytes() > 0) {
        nextBlockBytes = Math.min(settings.largestBlockBytes(), block * 2);
      }
      return new Amount(
          missing.bytes() == 0 ? 0 : Math.max(missing.bytes(), block),
          missing.files() == 0 ? 0 : Math.max(missing.files(), settings.blockFiles()));
    } finally {
      lock.unlock();
    }
  }

  /** The answer of the database was lost: what it granted must be read before the next question. */
  void setUncertain() {
    lock.lock();
    try {
      uncertain = true;
    } finally {
      lock.unlock();
    }
  }

  boolean isUncertain() {
    lock.lock();
    try {
      return uncertain;
    } finally {
      lock.unlock();
    }
  }

  void resync(Amount leaseInDatabase) {
    lock.lock();
    try {
      granted = leaseInDatabase;
      uncertain = false;
    } finally {
      lock.unlock();
    }
  }

  /** Reserved bytes were written: they are used from now on. */
  void commit(Amount amount) {
    lock.lock();
    try {
      held = held.minus(amount);
      spent = spent.plus(amount);
      usedChange = usedChange.plus(amount);
    } finally {
      lock.unlock();
    }
  }

  /** Reserved bytes were not written. */
  void release(Amount amount) {
    lock.lock();
    try {
      held = held.minus(amount);
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Used bytes are gone from the store. */
  void free(Amount amount) {
    lock.lock();
    try {
      usedChange = usedChange.minus(amount);
    } finally {
      lock.unlock();
    }
  }

  /** With the next settlement all that is unspent goes back: another process needs it. */
  void wantBack() {
    lock.lock();
    try {
      wantedBack = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to settle. The amounts stay counted here until {@link #settled} or {@link #notSettled}.
   *
   * @param idle an unspent lease that nobody used for so long goes back as well; what writes under
   *     way hold stays
   */
  Settlement beginSettling(Duration idle, long nowNanos) {
    lock.lock();
    try {
      returning = Amount.NONE;
      boolean unused = wantedBack || nowNanos - lastUsedNanos >= idle.toNanos();
      if (unused && !uncertain) {
        returning = available().atLeastNone();
        wantedBack = false;
        nextBlockBytes = firstBlockBytes;
      }
      return new Settlement(this, usedChange, spent, returning);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A settlement committed.
   *
   * @param owed what it could not take from {@code used}; tried again with the next
   */
  void settled(Settlement done, Amount owed, long nowNanos) {
    lock.lock();
    try {
      granted = granted.minus(done.leaseGone());
      spent = spent.minus(done.spent());
      usedChange = usedChange.minus(done.usedChange()).plus(owed);
      returning = Amount.NONE;
      if (owed.isNone()) {
        owes = false;
      } else if (!owes) {
        owes = true;
        owesSinceNanos = nowNanos;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives up what could not be taken from {@code used} for so long that no other process can still
   * settle it.
   *
   * @param owed what the last settlement could not take
   * @return whether it was given up
   */
  boolean writeOff(Amount owed, Duration after, long nowNanos) {
    lock.lock();
    try {
      if (!owes || nowNanos - owesSinceNanos < after.toNanos()) {
        return false;
      }
      usedChange = usedChange.minus(owed);
      owes = false;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void notSettled() {
    lock.lock();
    try {
      returning = Amount.NONE;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What {@link #settled} could not take from {@code used} yet, at most zero; the scopes around may
   * have taken it already. Only while the place is quiet and settled.
   */
  Amount owed() {
    lock.lock();
    try {
      return owes ? usedChange : Amount.NONE;
    } finally {
      lock.unlock();
    }
  }

  /** A count found out what is used in this place: nothing is owed any more. As {@link #owed}. */
  void counted() {
    lock.lock();
    try {
      if (owes) {
        usedChange = Amount.NONE;
        owes = false;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Another process settled everything in our name: nothing is granted any more, nothing is left to
   * settle, and what writes under way hold must be reserved anew.
   */
  void forgetLease() {
    lock.lock();
    try {
      granted = Amount.NONE;
      held = Amount.NONE;
      spent = Amount.NONE;
      returning = Amount.NONE;
      usedChange = Amount.NONE;
      uncertain = false;
      owes = false;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing here that the database does not know. */
  boolean isIdle() {
    lock.lock();
    try {
      return granted.isNone()
          && held.isNone()
          && spent.isNone()
          && usedChange.isNone()
          && !uncertain;
    } finally {
      lock.unlock();
    }
  }

  Amount heldNow() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /** What the database granted and does not know as used yet. */
  Amount grantedNow() {
    lock.lock();
    try {
      return granted;
    } finally {
      lock.unlock();
    }
  }

  private Amount available() {
    return granted.minus(held).minus(spent).minus(returning);
  }
}
