package io.quaymaster.storage.s3;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory for bytes on their way, counted in pieces of one size and shared by all stores of a
 * process.
 *
 * <p>A store may take what is free while it holds less than {@value #GREED} times of what stays
 * free (the dynamic thresholds of Choudhury and Hahne): one store alone may have three quarters,
 * and however many hoard, something stays for the next. Who waits is served in turn, but not behind
 * one whose own store is what stands in its way.
 *
 * <p>Threads: any.
 */
final class TransferMemory {
  /** Bytes of a piece: small enough for a collector's ordinary regions. */
  static final int PIECE = 256 << 10;

  private static final int GREED = 3;
  private static final Duration PRESSURE = Duration.ofMillis(200);

  /** Somebody who holds memory and could do without it for a while. */
  interface Holder {
    /** When it last did something, as {@link System#nanoTime}. */
    long lastUsed();

    /**
     * Gives back what it holds if it is not at work now.
     *
     * @return whether it gave back anything
     */
    boolean relent();
  }

  /** What one store holds. Guarded by the lock. */
  static final class Share {
    private final S3Meters meters;
    private long pieces;

    Share(S3Meters meters) {
      this.meters = meters;
    }
  }

  /** How a wait for memory ended. */
  enum Outcome {
    TAKEN,
    /** Others were first, and everybody waits: whoever holds some should give it back. */
    CONTENDED,
    /** Nothing came free in time. */
    TIMED_OUT
  }

  private record Waiter(Share share, Condition turn) {}

  private final long limit;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private final Set<Holder> holders = ConcurrentHashMap.newKeySet();
  private final Deque<byte[]> spare = new ArrayDeque<>();
  private long taken;

  /**
   * @param limitBytes of all together
   */
  TransferMemory(long limitBytes) {
    this.limit = limitBytes / PIECE;
  }

  void register(Holder holder) {
    holders.add(holder);
  }

  void forget(Holder holder) {
    holders.remove(holder);
  }

  /** Takes a piece if one may be had now and nobody waits for it. */
  boolean tryTake(Share share) {
    lock.lock();
    try {
      return waiting.isEmpty() && grant(share, 1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes pieces, all at once, as soon as so many may be had.
   *
   * @param mayLetGo whether the caller holds some that it could give back: then it is told when
   *     everybody waits for everybody
   */
  Outcome take(Share share, int pieces, Duration patience, boolean mayLetGo)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    lock.lock();
    Waiter me = new Waiter(share, lock.newCondition());
    waiting.add(me);
    try {
      while (!isFirst(me) || !grant(share, pieces)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return Outcome.TIMED_OUT;
        }
        boolean called = me.turn.await(Math.min(left, PRESSURE.toNanos()), TimeUnit.NANOSECONDS);
        if (!called && !relieve() && mayLetGo && !isFirst(me)) {
          return Outcome.CONTENDED;
        }
      }
      return Outcome.TAKEN;
    } finally {
      waiting.remove(me);
      callNext();
      lock.unlock();
    }
  }

  /** Whether nobody was earlier who is kept waiting by lack of memory and not by its own store. */
  private boolean isFirst(Waiter me) {
    for (Waiter each : waiting) {
      if (each.equals(me)) {
        return true;
      }
      if (each.share.equals(me.share)) {
        return false;
      }
    }
    return true;
  }

  /** Asks holders that have been idle to give back what they hold; the idlest first. */
  private boolean relieve() {
    List<Holder> idlest = new ArrayList<>(holders);
    idlest.sort(Comparator.comparingLong(Holder::lastUsed));
    long now = System.nanoTime();
    lock.unlock();
    try {
      for (Holder holder : idlest) {
        if (now - holder.lastUsed() < PRESSURE.toNanos()) {
          return false;
        }
        if (holder.relent()) {
          return true;
        }
      }
      return false;
    } finally {
      lock.lock();
    }
  }

  private boolean grant(Share share, int pieces) {
    long free = limit - taken;
    if (free < pieces || share.pieces >= GREED * free) {
      return false;
    }
    taken += pieces;
    share.pieces += pieces;
    share.meters.memory((long) pieces * PIECE);
    return true;
  }

  /** Bytes that a store may take now, beside what it has. */
  long leftBytes(Share share) {
    lock.lock();
    try {
      // With each piece that it takes one fewer is free.
      long pieces = (GREED * (limit - taken) - share.pieces) / (GREED + 1);
      return Math.max(0, pieces) * PIECE;
    } finally {
      lock.unlock();
    }
  }

  /** Gives pieces back. */
  void give(Share share, int pieces) {
    if (pieces == 0) {
      return;
    }
    lock.lock();
    try {
      taken -= pieces;
      share.pieces -= pieces;
      share.meters.memory(-(long) pieces * PIECE);
      callNext();
    } finally {
      lock.unlock();
    }
  }

  private void callNext() {
    waiting.forEach(waiter -> waiter.turn.signal());
  }

  /** An array for a piece that was taken; holds what it held before. */
  byte[] array() {
    lock.lock();
    try {
      byte[] again = spare.poll();
      return again == null ? new byte[PIECE] : again;
    } finally {
      lock.unlock();
    }
  }

  /** Takes an array back that nobody reads any more. */
  void recycle(byte[] array) {
    lock.lock();
    try {
      if (spare.size() < limit) {
        spare.push(array);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that are taken now. */
  long takenBytes() {
    lock.lock();
    try {
      return taken * PIECE;
    } finally {
      lock.unlock();
    }
  }
}
