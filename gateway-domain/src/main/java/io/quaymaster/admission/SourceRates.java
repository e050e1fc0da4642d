package io.quaymaster.admission;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;

/**
 * A bucket for each source, of a bounded number of them: the one that was silent for longest goes
 * first. A source that comes back after that finds a full bucket, so the bound costs exactness and
 * not service. Threads: one at a time.
 */
public final class SourceRates {
  private static final float LOAD = 0.75f;

  private final double perSecond;
  private final int burst;
  private final int most;
  private final LinkedHashMap<SourceNetwork, TokenBucket> buckets =
      new LinkedHashMap<>(16, LOAD, true);

  /**
   * @param most sources that are remembered
   */
  public SourceRates(double perSecond, int burst, int most) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.most = most;
  }

  /** Whether a source may come once more now; then it counts. */
  public boolean take(SourceNetwork source, Instant now) {
    boolean taken =
        buckets.computeIfAbsent(source, _ -> new TokenBucket(perSecond, burst, now)).take(now);
    forgetTheSilent(now);
    return taken;
  }

  /** Two at a time: the table shrinks while it is used, and no call takes long. */
  private void forgetTheSilent(Instant now) {
    Iterator<TokenBucket> eldest = buckets.values().iterator();
    for (int i = 0; i < 2 && eldest.hasNext(); i++) {
      if (eldest.next().isFull(now) || buckets.size() > most) {
        eldest.remove();
      } else {
        return;
      }
    }
  }

  int size() {
    return buckets.size();
  }
}
