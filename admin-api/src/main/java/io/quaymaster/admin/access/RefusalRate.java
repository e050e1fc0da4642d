package io.quaymaster.admin.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How many refusals are written: a bucket that fills with time. Threads: any. */
final class RefusalRate {
  static final int BURST = 200;
  static final int PER_SECOND = 10;

  private final Clock clock;
  private Instant filledAt;
  private double lines = BURST;
  private long silent;

  RefusalRate(Clock clock) {
    this.clock = clock;
    this.filledAt = clock.instant();
  }

  /** How many were not written since the last one that was; -1 if this one is not to be written. */
  synchronized long admit() {
    Instant now = clock.instant();
    double seconds = Math.max(0, Duration.between(filledAt, now).toNanos() / 1e9);
    lines = Math.min(BURST, lines + seconds * PER_SECOND);
    filledAt = now;
    if (lines < 1) {
      silent++;
      return -1;
    }
    lines--;
    long missed = silent;
    silent = 0;
    return missed;
  }
}
