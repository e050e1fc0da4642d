package io.quaymaster.ssh.sftp;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long each kind of request takes, from the message's arrival to its reply. */
public final class SftpMeters {
  private final Map<RequestType, Timer> timers = new EnumMap<>(RequestType.class);

  public SftpMeters(MeterRegistry registry) {
    for (RequestType type : RequestType.values()) {
      timers.put(
          type,
          Timer.builder("quaymaster.sftp.request")
              .description("Time to serve an SFTP request")
              .tag("operation", type.listName())
              .serviceLevelObjectives(
                  Duration.ofNanos(100_000),
                  Duration.ofMillis(1),
                  Duration.ofMillis(10),
                  Duration.ofMillis(100),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(10))
              .register(registry));
    }
  }

  void served(@Nullable RequestType type, long nanos) {
    Timer timer = type == null ? null : timers.get(type);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
