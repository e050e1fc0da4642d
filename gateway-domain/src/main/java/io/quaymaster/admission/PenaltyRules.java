package io.quaymaster.admission;

import java.time.Duration;

/**
 * When penalties become a ban, and how bans grow.
 *
 * @param threshold a ban begins when more than this is owed; less is owed in silence
 * @param most that can be owed at a time, and so the longest ban
 * @param forgetAfter one ban more is forgiven each time so long passes after the last
 */
public record PenaltyRules(Duration threshold, Duration most, Duration forgetAfter) {
  /**
   * @throws IllegalArgumentException if no ban could ever begin
   */
  public PenaltyRules {
    if (threshold.isNegative() || most.compareTo(threshold) <= 0 || !forgetAfter.isPositive()) {
      throw new IllegalArgumentException("the longest ban must be longer than the threshold");
    }
  }
}
