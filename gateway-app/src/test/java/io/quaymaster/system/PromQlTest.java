package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.system.PromQl.Condition;
import io.quaymaster.system.PromQl.Selector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {
  @Test
  void metricsLabelsAndGroupingsAreFound() {
    PromQl read =
        PromQl.parse(
            "topk(10, sum by (store, le) (rate(a_total{x=\"1\", y!~\"b|c\"}[5m]))) / 3600"
                + " > 0.5 unless on (instance) b_bytes offset 1h == 0");

    assertThat(read.selectors())
        .containsExactly(
            new Selector(
                "a_total", List.of(new Condition("x", "=", "1"), new Condition("y", "!~", "b|c"))),
            new Selector("b_bytes", List.of()));
    assertThat(read.groupings()).containsExactlyInAnyOrder("store", "le", "instance");
  }

  @Test
  void conditionsAreThoseOfPrometheus() {
    assertThat(new Condition("x", "=~", "a|b").accepts("a")).isTrue();
    assertThat(new Condition("x", "=~", "a|b").accepts("ab")).isFalse();
    assertThat(new Condition("x", "!~", "a.*").accepts("")).isTrue();
    assertThat(new Condition("x", "!=", "").accepts("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"unknown_function(a)", "rate[5m]", "a{b~\"c\"}", "a{b=\"c\" d}", "1 + 2", "a § b"})
  void whatItDoesNotKnowItRefuses(String expression) {
    assertThatThrownBy(() -> PromQl.parse(expression)).isInstanceOf(IllegalArgumentException.class);
  }
}
