package io.quaymaster.credential;

import static io.quaymaster.credential.AuthenticationMethod.CODE;
import static io.quaymaster.credential.AuthenticationMethod.PASSWORD;
import static io.quaymaster.credential.AuthenticationMethod.PASSWORD_ASKED;
import static io.quaymaster.credential.AuthenticationMethod.PUBLICKEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.credential.AuthenticationMethods.Chain;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationMethodsTest {
  private static AuthenticationMethods methods(String... chains) {
    return AuthenticationMethods.of(List.of(chains));
  }

  @Test
  void aChainIsWalkedInItsOrder() {
    AuthenticationMethods methods = methods("publickey,password,keyboard-interactive");
    assertThat(methods.next(List.of())).containsExactly(PUBLICKEY);
    assertThat(methods.next(List.of(PASSWORD))).containsExactly(PUBLICKEY);
    assertThat(methods.next(List.of(PASSWORD, PUBLICKEY))).containsExactly(PASSWORD);
    assertThat(methods.isCompleteWith(List.of(PASSWORD, PUBLICKEY, CODE))).isFalse();
    assertThat(methods.isCompleteWith(List.of(PUBLICKEY, PASSWORD, CODE))).isTrue();
  }

  @Test
  void aStepThatIsAskedForTwiceIsProvedTwice() {
    AuthenticationMethods methods = methods("publickey,publickey");
    assertThat(methods.isCompleteWith(List.of(PUBLICKEY))).isFalse();
    assertThat(methods.isCompleteWith(List.of(PUBLICKEY, PUBLICKEY))).isTrue();
  }

  @Test
  void chainsGoOnSideBySide() {
    AuthenticationMethods methods =
        methods("publickey,password", "keyboard-interactive:password,publickey");
    assertThat(methods.next(List.of())).containsExactly(PUBLICKEY, PASSWORD_ASKED);
    assertThat(methods.next(List.of(PUBLICKEY))).containsExactly(PASSWORD, PASSWORD_ASKED);
    assertThat(methods.isCompleteWith(List.of(PUBLICKEY, PASSWORD_ASKED))).isFalse();
    assertThat(methods.isCompleteWith(List.of(PASSWORD_ASKED, PUBLICKEY))).isTrue();
  }

  /** The law: complete means that a chain's steps stand in what was proved, in their order. */
  @Test
  void nothingIsCompleteWithoutAllStepsOfAChain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<AuthenticationMethod> all = List.of(AuthenticationMethod.values());
    List<AuthenticationMethods> policies =
        List.of(
            methods("publickey,password"),
            methods("publickey,publickey", "password,keyboard-interactive"),
            methods("keyboard-interactive:password,keyboard-interactive", "publickey,publickey"));
    for (int i = 0; i < 2_000; i++) {
      List<AuthenticationMethod> proved = new ArrayList<>();
      for (int n = random.nextInt(5); n > 0; n--) {
        proved.add(all.get(random.nextInt(all.size())));
      }
      for (AuthenticationMethods policy : policies) {
        boolean complete =
            policy.chains().stream().anyMatch(chain -> isSubsequence(chain.steps(), proved));
        assertThat(policy.isCompleteWith(proved))
            .as("%s by %s, seed %d", policy, proved, seed)
            .isEqualTo(complete);
      }
    }
  }

  private static boolean isSubsequence(
      List<AuthenticationMethod> steps, List<AuthenticationMethod> proved) {
    if (steps.isEmpty()) {
      return true;
    }
    int first = proved.indexOf(steps.getFirst());
    return first >= 0
        && isSubsequence(steps.subList(1, steps.size()), proved.subList(first + 1, proved.size()));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    assertThat(methods("publickey", "password,keyboard-interactive").texts())
        .containsExactly("publickey", "password,keyboard-interactive");
    assertThat(AuthenticationMethods.DEFAULT.texts()).containsExactly("publickey", "password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "none",
        "publickey,",
        "publickey, password",
        "Publickey",
        "keyboard-interactive",
        "keyboard-interactive:pam",
        "password,password",
        "password,keyboard-interactive:password",
        "publickey,keyboard-interactive,keyboard-interactive",
        "publickey,publickey,publickey,publickey,publickey"
      })
  void whatMakesNoSenseIsRefused(String chain) {
    assertThatThrownBy(() -> Chain.parse(chain)).isInstanceOf(IllegalArgumentException.class);
  }
}
