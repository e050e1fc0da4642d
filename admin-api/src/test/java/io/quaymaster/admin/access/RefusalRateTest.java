package io.quaymaster.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalRateTest {
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
