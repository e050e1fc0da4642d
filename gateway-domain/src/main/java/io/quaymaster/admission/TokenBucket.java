package io.quaymaster.admission;

import java.time.Duration;
import java.time.Instant;

/**
 * How often something may happen: so many at once, and so many a second in the long run. Threads:
 * one at a time.
 */
public final class TokenBucket {
  private final double perSecond;
  private final int burst;
  private double tokens;
  private Instant filledAt;

  public TokenBucket(double perSecond, int burst, Instant now) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.tokens = burst;
    this.filledAt = now;
  }

  /** Whether it may happen now; then it counts. A clock that goes back fills nothing. */
  public boolean take(Instant now) {
    fill(now);
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Whether it is as good as a new one. */
  boolean isFull(Instant now) {
    fill(now);
    return tokens >= burst;
  }

  private void fill(Instant now) {
    double seconds = Math.max(0, Duration.between(filledAt, now).toNanos() / 1e9);
    tokens = Math.min(burst, tokens + seconds * perSecond);
    filledAt = now;
  }
}
