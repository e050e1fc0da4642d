package io.quaymaster.ssh;

import io.quaymaster.login.Grant;
import io.quaymaster.ssh.channel.ByteRate;
import io.quaymaster.ssh.channel.Throttle;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One pace for all sessions of an account, and one for all of a tenant, in each direction. It lives
 * as long as a session uses it. Threads: any.
 */
final class ByteRates {
  /** Seen from the client. */
  enum Direction {
    UP,
    DOWN
  }

  private record Whose(boolean tenant, long id, Direction direction) {}

  private final Map<Whose, WeakReference<ByteRate>> rates = new ConcurrentHashMap<>();

  Throttle of(Grant grant, Direction direction) {
    Throttle account =
        of(new Whose(false, grant.accountId(), direction), grant.limits().accountBytesPerSecond());
    Throttle tenant =
        of(new Whose(true, grant.tenantId(), direction), grant.limits().tenantBytesPerSecond());
    return account.and(tenant);
  }

  private Throttle of(Whose whose, @Nullable Long bytesPerSecond) {
    if (bytesPerSecond == null) {
      return Throttle.NONE;
    }
    rates.values().removeIf(unused -> unused.get() == null);
    ByteRate[] found = new ByteRate[1];
    rates.compute(
        whose,
        (key, present) -> {
          ByteRate rate = present == null ? null : present.get();
          if (rate == null || rate.bytesPerSecond() != bytesPerSecond) {
            rate = new ByteRate(bytesPerSecond);
          }
          found[0] = rate;
          return new WeakReference<>(rate);
        });
    return found[0];
  }
}
