package io.quaymaster.ssh;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many channels are being served. Threads: any. */
final class ServedCount {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private int count;

  void enter() {
    change(1);
  }

  void leave() {
    change(-1);
  }

  private void change(int by) {
    lock.lock();
    try {
      count += by;
      if (count == 0) {
        none.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  int now() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until none is served.
   *
   * @return whether that was in time
   */
  boolean awaitNone(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (count > 0 && nanos > 0) {
        nanos = none.awaitNanos(nanos);
      }
      return count == 0;
    } finally {
      lock.unlock();
    }
  }
}
