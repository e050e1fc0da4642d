package io.quaymaster.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private final SettableClock clock = new SettableClock();

  private static SourceNetwork source(int n) {
    return NetworkBlocks.DEFAULTS.of(
        InetAddress.ofLiteral("10.0.%d.%d".formatted(n / 256, n % 256)));
  }

  /** OpenSSH's own default, 10:30:100. */
  @Test
  void theChanceGrowsFromStartToFull() {
    StartupLimit limit = new StartupLimit(10, 30, 100);
    assertThat(limit.chance(9)).isZero();
    assertThat(limit.chance(10)).isEqualTo(30);
    assertThat(limit.chance(55)).isEqualTo(65);
    assertThat(limit.chance(99)).isEqualTo(99);
    assertThat(limit.chance(100)).isEqualTo(100);
    assertThat(limit.drops(10, 29)).isTrue();
    assertThat(limit.drops(10, 30)).isFalse();
    assertThat(limit.drops(100, 99)).isTrue();
    assertThat(limit.drops(9, 0)).isFalse();
  }

  @Test
  void fromFullOnNothingIsLeftToChance() {
    StartupLimit limit = new StartupLimit(50, 30, 5);
    assertThat(limit.drops(4, 0)).isFalse();
    assertThat(limit.drops(5, 99)).isTrue();
    assertThatThrownBy(() -> new StartupLimit(0, 101, 1)).hasMessageContaining("0:101:1");
  }

  @Test
  void aBucketGivesItsBurstAndThenItsRate() {
    TokenBucket bucket = new TokenBucket(2, 3, clock.instant());
    for (int i = 0; i < 3; i++) {
      assertThat(bucket.take(clock.instant())).isTrue();
    }
    assertThat(bucket.take(clock.instant())).isFalse();
    clock.pass(Duration.ofMillis(500));
    assertThat(bucket.take(clock.instant())).isTrue();
    assertThat(bucket.take(clock.instant())).isFalse();
    clock.pass(Duration.ofMinutes(-1));
    assertThat(bucket.take(clock.instant())).as("a clock that goes back").isFalse();
    clock.pass(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertThat(bucket.take(clock.instant())).isTrue();
    }
    assertThat(bucket.take(clock.instant())).isFalse();
  }

  @Test
  void eachSourceHasABucketOfItsOwn() {
    SourceRates rates = new SourceRates(1, 2, 100);
    assertThat(rates.take(source(1), clock.instant())).isTrue();
    assertThat(rates.take(source(1), clock.instant())).isTrue();
    assertThat(rates.take(source(1), clock.instant())).isFalse();
    assertThat(rates.take(source(2), clock.instant())).isTrue();
  }

  @Test
  void asManySourcesAsTheWorldHasCostABoundedTable() {
    SourceRates rates = new SourceRates(0.001, 2, 100);
    for (int i = 0; i < 10_000; i++) {
      assertThat(rates.take(source(i), clock.instant())).isTrue();
      assertThat(rates.size()).isLessThanOrEqualTo(100);
    }
    assertThat(rates.take(source(9_999), clock.instant())).isTrue();
    assertThat(rates.take(source(9_999), clock.instant())).as("remembered").isFalse();
  }

  @Test
  void sourcesThatKeptSilentAreForgotten() {
    SourceRates rates = new SourceRates(1, 2, 100);
    for (int i = 0; i < 50; i++) {
      rates.take(source(i), clock.instant());
    }
    clock.pass(Duration.ofMinutes(1));
    for (int i = 0; i < 60; i++) {
      rates.take(source(1_000), clock.instant());
    }
    assertThat(rates.size()).isEqualTo(1);
  }
}
