package io.quaymaster.admin.access;

import io.quaymaster.admission.NetworkBlocks;

/**
 * How many wrong tokens one source may send.
 *
 * @param perMinute in the long run, and as many at once; further ones are answered 429
 * @param triesPerSecond in the long run, and ten times as many at once; further tokens are not even
 *     looked at, but for those that were good before
 * @param blocks what counts as one source
 */
public record GuessLimits(int perMinute, int triesPerSecond, NetworkBlocks blocks) {
  public static final GuessLimits DEFAULTS = new GuessLimits(20, 20, NetworkBlocks.DEFAULTS);
}
