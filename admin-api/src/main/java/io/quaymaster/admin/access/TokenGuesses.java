package io.quaymaster.admin.access;

import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.admission.SourceRates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What wrong tokens cost their source. Nobody behind the same address can lock an admin out: a good
 * token is let in however many wrong ones came before, a token that was good before is always
 * looked at, and only a flood keeps a token out that nobody has seen yet. Threads: any.
 */
final class TokenGuesses {
  private static final int MOST_SOURCES = 10_000;
  private static final int MOST_PROVEN = 10_000;
  private static final double SECONDS_PER_MINUTE = 60;
  private static final int TRIES_AT_ONCE = 10;
  private static final float LOAD = 0.75f;

  private final GuessLimits limits;
  private final SourceRates wrong;
  private final SourceRates tries;
  private final Clock clock;

  /** Hashes of tokens that were good the last time; the one that was silent for longest goes. */
  private final Map<String, Boolean> proven =
      new LinkedHashMap<>(16, LOAD, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST_PROVEN;
        }
      };

  TokenGuesses(GuessLimits limits, Clock clock) {
    this.limits = limits;
    this.wrong =
        new SourceRates(limits.perMinute() / SECONDS_PER_MINUTE, limits.perMinute(), MOST_SOURCES);
    this.tries =
        new SourceRates(
            limits.triesPerSecond(), TRIES_AT_ONCE * limits.triesPerSecond(), MOST_SOURCES);
    this.clock = clock;
  }

  /** After so many seconds a source may send a wrong token again, or any at all. */
  int retryAfterSeconds() {
    return Math.max(1, (int) Math.ceil(SECONDS_PER_MINUTE / limits.perMinute()));
  }

  /** Whether a token is looked at. */
  synchronized boolean mayTry(String address, String token) {
    return proven.get(hash(token)) != null || tries.take(source(address), clock.instant());
  }

  synchronized void right(String token) {
    proven.put(hash(token), true);
  }

  /** Whether that was one of the wrong tokens that a source may send. */
  synchronized boolean wrong(String address, String token) {
    proven.remove(hash(token));
    return wrong.take(source(address), clock.instant());
  }

  private SourceNetwork source(String address) {
    try {
      // The container's own text of an address: nothing is looked up.
      return limits.blocks().of(InetAddress.getByName(address));
    } catch (UnknownHostException noAddress) {
      throw new IllegalArgumentException("no address: " + address, noAddress);
    }
  }

  private static String hash(String token) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
