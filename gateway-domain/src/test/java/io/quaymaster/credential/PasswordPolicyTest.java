package io.quaymaster.credential;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PasswordPolicyTest {
  private static boolean takes(PasswordPolicy policy, String password) {
    return policy.objection(password, "alice.b").isEmpty();
  }

  @Test
  void eightCharactersUnlessTheTenantSaysOtherwise() {
    assertThat(takes(PasswordPolicy.DEFAULT, "eightchr")).isTrue();
    assertThat(takes(PasswordPolicy.DEFAULT, "sevench")).isFalse();
    // Four characters, each of two in Java.
    assertThat(takes(PasswordPolicy.DEFAULT, "😀😀😀😀")).isFalse();
    assertThat(takes(new PasswordPolicy(3, null), "abc")).isTrue();
    assertThat(takes(new PasswordPolicy(12, null), "elevenchars")).isFalse();
  }

  @Test
  void whatEverybodyGuessesIsRefused() {
    PasswordPolicy lax = new PasswordPolicy(1, null);
    for (String guess : new String[] {"alice.b", "ALICE.B", "b.ecila", "password", "Password123"}) {
      assertThat(takes(lax, guess)).as(guess).isFalse();
    }
  }
}
