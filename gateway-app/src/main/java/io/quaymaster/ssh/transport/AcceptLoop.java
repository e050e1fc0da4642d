package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections until it is stopped. A failure (no descriptors left, say) does not end it: it
 * tries again after a pause that doubles up to a limit.
 */
final class AcceptLoop implements Runnable {
  /** Where connections come from. */
  interface Source {
    SocketChannel accept() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(AcceptLoop.class);

  private final Source source;
  private final Consumer<SocketChannel> taker;
  private final Duration firstPause;
  private final Duration longestPause;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  AcceptLoop(
      Source source, Consumer<SocketChannel> taker, Duration firstPause, Duration longestPause) {
    this.source = source;
    this.taker = taker;
    this.firstPause = firstPause;
    this.longestPause = longestPause;
  }

  /** Ends a pause, and the loop at its next step. Closing the source is the caller's part. */
  void stop() {
    stopped.countDown();
  }

  /**
   * Waits until the loop is over. A closed channel that a thread still accepts on is closed for the
   * kernel only when that thread has left it.
   *
   * @return whether it is over in time
   */
  boolean awaitEnd(Duration atMost) {
    try {
      return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void run() {
    try {
      acceptAll();
    } finally {
      ended.countDown();
    }
  }

  private void acceptAll() {
    Duration pause = firstPause;
    while (stopped.getCount() > 0) {
      try {
        taker.accept(source.accept());
        pause = firstPause;
      } catch (ClosedChannelException e) {
        return;
      } catch (Throwable e) {
        if (stopped.getCount() > 0) {
          LOG.warn("Accepting a connection failed; trying again in {}", pause, e);
        }
        if (stoppedWithin(pause)) {
          return;
        }
        pause = shorter(pause.multipliedBy(2), longestPause);
      }
    }
  }

  private boolean stoppedWithin(Duration pause) {
    try {
      return stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
