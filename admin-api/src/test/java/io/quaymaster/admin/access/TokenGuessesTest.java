package io.quaymaster.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admission.NetworkBlocks;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenGuessesTest {
  private static final String HERE = "192.0.2.1";

  private final ManualClock clock = new ManualClock();
  private final TokenGuesses guesses =
      new TokenGuesses(new GuessLimits(6, 2, NetworkBlocks.DEFAULTS), clock);

  private int wrongOnes(String source) {
    int answered = 0;
    while (guesses.wrong(source, "wrong")) {
      answered++;
    }
    return answered;
  }

  private int tries(String source) {
    int looked = 0;
    while (guesses.mayTry(source, "new" + looked)) {
      looked++;
    }
    return looked;
  }

  @Test
  void aSourceMaySendSoManyWrongOnesAndThenSoManyAMinute() {
    assertThat(wrongOnes(HERE)).isEqualTo(6);
    assertThat(wrongOnes(HERE)).isZero();
    assertThat(guesses.retryAfterSeconds()).isEqualTo(10);
    clock.pass(Duration.ofSeconds(10));
    assertThat(wrongOnes(HERE)).isEqualTo(1);
    assertThat(wrongOnes("192.0.2.2")).isEqualTo(6);
  }

  @Test
  void theAddressesOfOneCustomerAreOneSource() {
    assertThat(wrongOnes("2001:db8::1")).isEqualTo(6);
    assertThat(wrongOnes("2001:db8::ffff:2")).isZero();
    assertThat(wrongOnes("2001:db8:0:1::1")).isEqualTo(6);
  }

  @Test
  void aFloodIsNotLookedAtAndKeepsNobodyOutWhoWasIn() {
    guesses.right("good");
    assertThat(tries(HERE)).isEqualTo(20);
    assertThat(guesses.mayTry(HERE, "another good one")).isFalse();
    assertThat(guesses.mayTry(HERE, "good")).isTrue();
    clock.pass(Duration.ofSeconds(1));
    assertThat(tries(HERE)).isEqualTo(2);
    guesses.wrong(HERE, "good"); // it was revoked
    assertThat(guesses.mayTry(HERE, "good")).isFalse();
  }
}
