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
}
