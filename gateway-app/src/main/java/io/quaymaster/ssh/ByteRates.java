package io.quaymaster.ssh;

import io.quaymaster.cluster.Bandwidth;
import io.quaymaster.cluster.Bandwidth.Direction;
import io.quaymaster.cluster.Bandwidth.Line;
import io.quaymaster.login.Grant;
import io.quaymaster.ssh.channel.Throttle;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One pace for all sessions of an account, and one for all of a tenant, in each direction. Here it
 * lives as long as a session uses it. Threads: any.
 */
final class ByteRates {
  private final Bandwidth bandwidth;
  private final Map<Line, WeakReference<SharedRate>> rates = new ConcurrentHashMap<>();

  ByteRates(Bandwidth bandwidth) {
    this.bandwidth = bandwidth;
  }

  Throttle of(Grant grant, Direction direction) {
    Throttle account =
        of(
            new Line(grant.tenantId(), grant.accountId(), direction),
            grant.limits().accountBytesPerSecond());
    Throttle tenant =
        of(new Line(grant.tenantId(), null, direction), grant.limits().tenantBytesPerSecond());
    return account.and(tenant);
  }

  private Throttle of(Line line, @Nullable Long bytesPerSecond) {
    if (bytesPerSecond == null) {
      return Throttle.NONE;
    }
    rates.values().removeIf(unused -> unused.get() == null);
    SharedRate[] found = new SharedRate[1];
    rates.compute(
        line,
        (key, present) -> {
          SharedRate rate = present == null ? null : present.get();
          if (rate == null || rate.bytesPerSecond() != bytesPerSecond) {
            rate = new SharedRate(bytesPerSecond, burst -> bandwidth.take(key, burst));
          }
          found[0] = rate;
          return new WeakReference<>(rate);
        });
    return found[0];
  }
}
