package io.quaymaster.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RefusalRateTest {
  /** Stands still until a test moves it. */
  private static final class ManualClock extends Clock {
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final ManualClock clock = new ManualClock();
  private final RefusalRate rate = new RefusalRate(clock);

  @Test
  void aBurstIsWrittenAndAFloodIsCounted() {
    for (int i = 0; i < RefusalRate.BURST; i++) {
      assertThat(rate.admit()).isZero();
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(rate.admit()).isEqualTo(-1);
    }
    clock.pass(Duration.ofSeconds(1));
    assertThat(rate.admit()).isEqualTo(1000);
    for (int i = 1; i < RefusalRate.PER_SECOND; i++) {
      assertThat(rate.admit()).isZero();
    }
    assertThat(rate.admit()).isEqualTo(-1);
  }

  @Test
  void aClockThatGoesBackTakesNothing() {
    clock.pass(Duration.ofHours(-1));
    assertThat(rate.admit()).isZero();
  }
}
