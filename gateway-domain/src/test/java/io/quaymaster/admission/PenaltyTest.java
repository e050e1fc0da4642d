package io.quaymaster.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PenaltyTest {
  private static final Duration FIVE = Duration.ofSeconds(5);
  private static final PenaltyRules RULES =
      new PenaltyRules(Duration.ofSeconds(15), Duration.ofMinutes(10), Duration.ofMinutes(30));

  private final SettableClock clock = new SettableClock();
  private Penalty penalty = Penalty.none(PenaltyKind.AUTH_FAILED);

  private boolean failsAndIsBanned() {
    penalty = penalty.plus(PenaltyKind.AUTH_FAILED, FIVE, clock.instant(), RULES);
    return penalty.isBan(clock.instant());
  }

  private Duration owed() {
    return penalty.owedAt(clock.instant());
  }

  /** srclimit.c: more than the minimum, not as much as it. */
  @Test
  void theFourthFailureInARowIsABan() {
    assertThat(failsAndIsBanned()).isFalse();
    assertThat(failsAndIsBanned()).isFalse();
    assertThat(failsAndIsBanned()).isFalse();
    assertThat(failsAndIsBanned()).isTrue();
    assertThat(owed()).isEqualTo(Duration.ofSeconds(20));
    clock.pass(Duration.ofSeconds(19));
    assertThat(penalty.isBan(clock.instant())).as("below the threshold it goes on").isTrue();
    clock.pass(Duration.ofSeconds(1));
    assertThat(penalty.isBan(clock.instant())).isFalse();
  }

  @Test
  void whoFailsNowAndThenIsNeverBanned() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(failsAndIsBanned()).isFalse();
      clock.pass(FIVE);
    }
    assertThat(penalty.isForgotten(clock.instant(), RULES)).isTrue();
  }

  @Test
  void whoGoesOnIsBannedSoonerAndForLongerUpToTheLongest() {
    Duration last = Duration.ZERO;
    int failures = 0;
    for (int ban = 1; ban <= 12; ban++) {
      int here = 1;
      while (!failsAndIsBanned()) {
        here++;
      }
      assertThat(here).as("failures before ban " + ban).isLessThanOrEqualTo(ban == 1 ? 4 : 2);
      assertThat(owed()).isGreaterThanOrEqualTo(last);
      assertThat(penalty.strikes()).isEqualTo(ban);
      last = owed();
      failures += here;
      clock.pass(owed());
    }
    assertThat(last).isEqualTo(RULES.most());
    assertThat(failures).isLessThan(20);
  }

  @Test
  void oneBanIsForgivenForEachQuietTime() {
    for (int ban = 0; ban < 3; ban++) {
      while (!failsAndIsBanned()) {
        assertThat(owed()).isLessThanOrEqualTo(RULES.threshold());
      }
      clock.pass(owed());
    }
    assertThat(penalty.strikesAt(clock.instant(), RULES)).isEqualTo(3);
    clock.pass(RULES.forgetAfter());
    assertThat(penalty.strikesAt(clock.instant(), RULES)).isEqualTo(2);
    clock.pass(RULES.forgetAfter().multipliedBy(2));
    assertThat(penalty.isForgotten(clock.instant(), RULES)).isTrue();
  }

  @Test
  void rulesThatCouldNeverBanAreRefused() {
    assertThatThrownBy(() -> new PenaltyRules(FIVE, FIVE, FIVE))
        .hasMessageContaining("longer than the threshold");
  }

  /** Whatever happens when. */
  @Test
  void laws() {
    Seeds.forAll(
        300,
        random -> {
          SettableClock time = new SettableClock();
          Penalty now = Penalty.none(PenaltyKind.NO_AUTH);
          for (int i = 0; i < 200; i++) {
            time.pass(Duration.ofMillis(random.nextInt(60_000)));
            Instant instant = time.instant();
            Duration charge = Duration.ofSeconds(1 + random.nextInt(90));
            Penalty next = now.plus(PenaltyKind.NO_AUTH, charge, instant, RULES);
            assertThat(next.owedAt(instant)).isLessThanOrEqualTo(RULES.most());
            assertThat(next.endsAt()).isAfterOrEqualTo(now.endsAt());
            assertThat(next.isBan(instant) || !now.isBan(instant)).isTrue();
            assertThat(next.strikes()).isBetween(0, 200);
            if (!next.isBan(instant)) {
              assertThat(next.owedAt(instant)).isLessThanOrEqualTo(RULES.threshold());
            }
            now = next;
          }
          time.pass(RULES.most().plus(RULES.forgetAfter().multipliedBy(200)));
          assertThat(now.isForgotten(time.instant(), RULES)).isTrue();
        });
  }

  @Test
  void aFullTableForgetsThePenaltyThatEndsFirst() {
    PenaltyTable<Integer> table = new PenaltyTable<>(RULES, 10);
    table.charge(-1, PenaltyKind.CRASH, Duration.ofSeconds(90), clock.instant());
    for (int i = 0; i < 10_000; i++) {
      table.charge(i, PenaltyKind.NO_AUTH, Duration.ofSeconds(1), clock.instant());
      assertThat(table.size()).isLessThanOrEqualTo(10);
    }
    assertThat(table.ban(-1, clock.instant()).map(Penalty::kind))
        .isEqualTo(Optional.of(PenaltyKind.CRASH));
    clock.pass(Duration.ofHours(2));
    table.charge(1, PenaltyKind.NO_AUTH, Duration.ofSeconds(1), clock.instant());
    assertThat(table.size()).as("what is forgotten costs nothing").isEqualTo(1);
  }
}
