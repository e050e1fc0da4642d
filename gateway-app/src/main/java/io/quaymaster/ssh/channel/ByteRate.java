package io.quaymaster.ssh.channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * So many bytes a second, for everybody who shares it: each take is given its time slot behind the
 * last one. A rest of up to a quarter of a second is made up for, more is not.
 */
public final class ByteRate implements Throttle {
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final long bytesPerSecond;
  private final ReentrantLock lock = new ReentrantLock();
  private long nextFreeNanos = System.nanoTime();

  public ByteRate(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  @Override
  public void take(long bytes) throws InterruptedException {
    long wait;
    lock.lock();
    try {
      long now = System.nanoTime();
      nextFreeNanos = Math.max(nextFreeNanos, now - BURST_NANOS);
      nextFreeNanos += (long) (bytes * 1e9 / bytesPerSecond);
      wait = nextFreeNanos - now;
    } finally {
      lock.unlock();
    }
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }
}
