package io.quaymaster.ssh;

import io.quaymaster.cluster.Bandwidth.Turn;
import io.quaymaster.ssh.channel.Throttle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * So many bytes a second, for everybody who shares it in all gateways (docs/adr/0022). The gateways
 * take turns; in its turn a gateway has the whole speed and gives each take its time slot behind
 * the last one. The next turn is asked for in the background while the present one lasts, so that
 * nobody waits for the answer. A rest of up to a quarter of a second is made up for, more is not.
 *
 * <p>While nobody can say whose turn it is, each gateway goes on with the share that it had before.
 *
 * <p>Threads: any.
 */
final class SharedRate implements Throttle {
  /** Gives turns. */
  @FunctionalInterface
  interface Turns {
    /**
     * @param burst how much of a rest is made up for
     * @throws RuntimeException if nobody can say
     */
    Turn take(Duration burst);
  }

  private static final Duration BURST = Duration.ofMillis(250);

  /** The next turn is asked for so long before the present one ends. */
  private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(200);

  /** Who has not answered for so long is taken for away. */
  private static final long NO_ANSWER = TimeUnit.MILLISECONDS.toNanos(500);

  /** Between two questions to somebody who is away. */
  private static final long ASK_AGAIN = TimeUnit.SECONDS.toNanos(1);

  /** A turn that we give to ourselves. */
  private static final long OWN_TURN = TimeUnit.MILLISECONDS.toNanos(250);

  /** A pause longer than this tells nothing about others. */
  private static final long IN_A_ROW = TimeUnit.SECONDS.toNanos(3);

  private static final double LEAST_SHARE = 0.01;

  private final long bytesPerSecond;
  private final Turns turns;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition answered = lock.newCondition();

  /** Of the present turn: what is used up of it, and its end. */
  private long position = System.nanoTime();

  private long end = position;

  /** The next turn's beginning and length, once they are known. */
  private @Nullable Long nextStart;

  private long nextLength;
  private boolean asking;
  private long askedAt;
  private boolean away;

  /** How much of the time was ours lately. */
  private double share = 1;

  SharedRate(long bytesPerSecond, Turns turns) {
    this.bytesPerSecond = bytesPerSecond;
    this.turns = turns;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  @Override
  public void take(long bytes) throws InterruptedException {
    long wait;
    lock.lockInterruptibly();
    try {
      long left = (long) (bytes * 1e9 / bytesPerSecond);
      while (left > 0) {
        skipRest();
        if (position - end >= 0) {
          beginNext();
          continue;
        }
        long used = Math.min(left, end - position);
        position += used;
        left -= used;
        if (end - position < AHEAD) {
          ask();
        }
      }
      wait = position - System.nanoTime();
    } finally {
      lock.unlock();
    }
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  /** What was not used in time is gone, but for the burst. */
  private void skipRest() {
    long earliest = System.nanoTime() - BURST.toNanos();
    if (earliest - position > 0) {
      position = earliest - end > 0 ? end : earliest;
    }
  }

  /** Begins the next turn, or waits a while for the answer which that is. */
  private void beginNext() throws InterruptedException {
    ask();
    Long start = nextStart;
    if (start != null) {
      nextStart = null;
      noteShare(start);
      position = start;
      end = start + nextLength;
    } else if (away) {
      takeOwnTurn();
    } else {
      long patience = askedAt + NO_ANSWER - System.nanoTime();
      while (asking && patience > 0) {
        patience = answered.awaitNanos(patience);
      }
      away |= asking;
    }
  }

  private void noteShare(long start) {
    long pause = Math.max(0, start - end);
    if (pause < IN_A_ROW) {
      share = (3 * share + (double) nextLength / (nextLength + pause)) / 4;
    }
  }

  private void takeOwnTurn() {
    long turnAndPause = (long) (OWN_TURN / Math.max(share, LEAST_SHARE));
    long earliest = System.nanoTime() - BURST.toNanos();
    position = Math.max(end, earliest) + turnAndPause - OWN_TURN;
    end = position + OWN_TURN;
  }

  private void ask() {
    long now = System.nanoTime();
    if (asking || nextStart != null || (away && now - askedAt < ASK_AGAIN)) {
      return;
    }
    asking = true;
    askedAt = now;
    Thread.ofVirtual().name("turn of a shared speed").start(this::askTurns);
  }

  private void askTurns() {
    Turn turn = null;
    try {
      turn = turns.take(BURST);
    } catch (RuntimeException nobodySays) {
      // The outage itself is told by others.
    }
    lock.lock();
    try {
      asking = false;
      away = turn == null;
      if (turn != null) {
        nextStart = System.nanoTime() + turn.startsIn().toNanos();
        nextLength = turn.length().toNanos();
      }
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
