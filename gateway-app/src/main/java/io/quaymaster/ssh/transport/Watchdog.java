package io.quaymaster.ssh.transport;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Looks at all connections from time to time, on one virtual thread: no timer per write, and no
 * thread of the platform. A limit is kept to within an eighth of the shortest one.
 */
final class Watchdog implements Runnable {
  private static final Duration LONGEST_PERIOD = Duration.ofSeconds(1);
  private static final Duration SHORTEST_PERIOD = Duration.ofMillis(5);

  private final long periodNanos;
  private final LongConsumer look;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param look is given the time by {@link System#nanoTime}
   */
  Watchdog(TransportSettings settings, LongConsumer look) {
    long shortest =
        LongStream.of(
                settings.writeTimeout().toNanos(),
                settings.closeTimeout().toNanos(),
                settings.lingerTimeout().toNanos())
            .min()
            .getAsLong();
    this.periodNanos =
        Math.clamp(shortest / 8, SHORTEST_PERIOD.toNanos(), LONGEST_PERIOD.toNanos());
    this.look = look;
  }

  void stop() {
    stopped.countDown();
  }

  @Override
  public void run() {
    try {
      while (!stopped.await(periodNanos, TimeUnit.NANOSECONDS)) {
        look.accept(System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
