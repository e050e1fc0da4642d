package io.quaymaster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.process.StartupFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  @Test
  void settingsPassAndDemoBecomesOne() {
    assertThat(
            Arguments.forSpring(
                new String[] {"--demo", "--quaymaster.ssh.port=0", "--a.list[0]=x"}))
        .containsExactly("--quaymaster.demo=true", "--quaymaster.ssh.port=0", "--a.list[0]=x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "-demo", "--port=1", "--quaymaster.ssh.port", "", "--demo=true"})
  void anythingElseIsRefused(String word) {
    assertThatThrownBy(() -> Arguments.forSpring(new String[] {word}))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("Usage:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--demo", "--quaymaster.ssh.port=0", "audit", "migrate-now", "HEALTH"})
  void anythingButACommandIsForAGateway(String word) {
    assertThat(Commands.run(new String[] {word})).isEmpty();
    assertThat(Commands.run(new String[0])).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "health now",
        "migrate now",
        "migrate --port=1",
        "make-keys",
        "make-keys --print",
        "make-keys a b",
        "make-keys a --print b",
      })
  void aCommandTakesItsWordsAndNoOthers(String words) {
    assertThat(Commands.run(words.split(" "))).hasValue(1);
  }

  @Test
  void theUsageTellsOfEveryCommand() {
    assertThat(Arguments.USAGE)
        .contains("  migrate ", "  make-keys SECRET", "  health ", "  audit-verify", "  audit-key");
  }
}
