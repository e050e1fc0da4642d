package io.quaymaster.ssh;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The system's clock, until a test stops it. Threads: any. */
final class DoorClock extends Clock {
  private volatile @Nullable Instant stoppedAt;

  void stopAt(Instant time) {
    stoppedAt = time;
  }

  void goOnBy(Duration time) {
    stoppedAt = instant().plus(time);
  }

  @Override
  public Instant instant() {
    Instant stopped = stoppedAt;
    return stopped == null ? Instant.now() : stopped;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the door knows no zone");
  }
}
