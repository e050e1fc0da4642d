package io.quaymaster.ssh.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is to read a connection. As a rule that is the connection's own thread. While a
 * client and its only channel answer each other quickly, it is left to the channel's thread, which
 * then reads what it waits for and serves it, and no thread wakes another (the pattern of leader
 * and followers). The connection's thread looks on: it takes over when the channel's thread is busy
 * for longer than {@link #PATIENCE_NANOS}, so that the rest of the protocol goes on.
 *
 * <p>Threads: one that owns the connection, others of its channels.
 */
final class ReadTurns {
  /** How long nobody may read: a window that opens or a new key waits no longer than twice this. */
  static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition free = lock.newCondition();
  private int channels;
  private boolean leftToChannel;
  private boolean reading;
  private boolean closed;

  /** Turns that the channel's thread has had. */
  private long turns;

  /**
   * The connection's thread: ends its turn, if it has one, and waits for the next.
   *
   * @return false when the connection is closed
   */
  boolean awaitNext() throws InterruptedException {
    lock.lock();
    try {
      reading = false;
      free.signal();
      while ((leftToChannel || reading) && !closed) {
        long seen = turns;
        boolean signalled = changed.awaitNanos(PATIENCE_NANOS) > 0;
        if (!signalled && turns == seen && !reading) {
          leftToChannel = false;
        }
      }
      reading = !closed;
      return reading;
    } finally {
      lock.unlock();
    }
  }

  /** The connection's thread, in its turn: the next ones are the channel's, which has work now. */
  void leaveToChannel() {
    lock.lock();
    try {
      leftToChannel = channels == 1;
    } finally {
      lock.unlock();
    }
  }

  /** The connection's thread, in its turn: whether it should end it. */
  boolean isLeft() {
    lock.lock();
    try {
      return leftToChannel;
    } finally {
      lock.unlock();
    }
  }

  /** A channel's thread: true if it has a turn now, which {@link #end} ends. */
  boolean begin() throws InterruptedException {
    lock.lock();
    try {
      while (leftToChannel && reading) {
        free.await();
      }
      if (!leftToChannel) {
        return false;
      }
      if (channels != 1) {
        takeBack();
        return false;
      }
      reading = true;
      turns++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A channel's thread: ends its turn.
   *
   * @param more false if it waits for the connection's thread now
   */
  void end(boolean more) {
    lock.lock();
    try {
      reading = false;
      if (!more || !leftToChannel) {
        takeBack();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A channel has a thread now. */
  void join() {
    lock.lock();
    try {
      channels++;
    } finally {
      lock.unlock();
    }
  }

  /** A channel's thread ends. */
  void part() {
    lock.lock();
    try {
      channels--;
      takeBack();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody has a turn any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      takeBack();
      free.signal();
    } finally {
      lock.unlock();
    }
  }

  private void takeBack() {
    leftToChannel = false;
    changed.signal();
  }
}
