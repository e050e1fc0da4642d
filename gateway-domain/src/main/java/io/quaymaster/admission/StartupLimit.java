package io.quaymaster.admission;

/**
 * When a new connection is refused because many are not authenticated yet: OpenSSH's {@code
 * MaxStartups start:rate:full} (sshd.c, {@code should_drop_connection}). From {@code from} on a new
 * one is dropped by chance, more and more likely, and always at {@code full}: so a flood does not
 * shut everybody out, some others' logins come through.
 *
 * @param from as many as {@code full}, or more: never by chance
 * @param percent the chance at {@code from}
 */
public record StartupLimit(int from, int percent, int full) {
  /**
   * @throws IllegalArgumentException for numbers that make no sense
   */
  public StartupLimit {
    if (from < 0 || percent < 0 || percent > 100 || full < 1) {
      throw new IllegalArgumentException("no limit: %d:%d:%d".formatted(from, percent, full));
    }
  }

  public boolean isFull(int startups) {
    return startups >= full;
  }

  /**
   * @param draw from 0 to 99, by chance
   */
  public boolean drops(int startups, int draw) {
    return isFull(startups) || draw < chance(startups);
  }

  /** In percent. */
  int chance(int startups) {
    if (startups < from) {
      return 0;
    }
    if (isFull(startups)) {
      return 100;
    }
    return percent + (int) ((100L - percent) * (startups - from) / (full - from));
  }
}
