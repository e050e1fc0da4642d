package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Combinations that cannot work are refused, each with its sentence and no other. They are in
 * {@code refusals.yaml}.
 */
class RefusalsTest {
  private static final String HEADING = "these values cannot work:\n";

  /**
   * @param values that are put over the minimal ones
   * @param sentences that Helm says, in any order
   */
  record Refusal(String title, JsonNode values, List<String> sentences) {
    @Override
    public String toString() {
      return title;
    }
  }

  static List<Refusal> refusals() {
    Path table =
        Path.of(Objects.requireNonNull(RefusalsTest.class.getResource("/refusals.yaml")).getPath());
    return Manifest.stream(Project.yaml(table))
        .map(
            r ->
                new Refusal(
                    r.path("title").asText(),
                    r.path("values"),
                    Manifest.stream(r.path("refused")).map(JsonNode::asText).toList()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefusedInWords(Refusal refusal) {
    assertThatThrownBy(() -> Chart.REAL.render(Chart.RELEASE, Chart.minimalAnd(refusal.values())))
        .isInstanceOf(IllegalStateException.class)
        .extracting(e -> sentences(String.valueOf(e.getMessage())))
        .asInstanceOf(InstanceOfAssertFactories.list(String.class))
        .containsExactlyInAnyOrderElementsOf(refusal.sentences());
  }

  /** The table has each sentence of the template: none is left without a test. */
  @Test
  void eachSentenceHasATest() {
    List<String> told = refusals().stream().flatMap(r -> r.sentences().stream()).toList();
    List<String> templates =
        Project.text(Project.CHART.resolve("templates/_refuse.tpl"))
            .lines()
            .filter(l -> l.startsWith("- "))
            .map(l -> l.substring(2))
            .toList();
    assertThat(templates).hasSizeGreaterThan(40);
    for (String template : templates) {
      assertThat(told).as(template).anyMatch(said(template).asMatchPredicate());
    }
  }

  /** What it says with any values. */
  private static Pattern said(String template) {
    return Pattern.compile(
        Stream.of(template.split("\\{\\{.*?}}", -1))
            .map(Pattern::quote)
            .reduce((a, b) -> a + ".*" + b)
            .orElseThrow(),
        Pattern.DOTALL);
  }

  private static List<String> sentences(String message) {
    assertThat(message).contains(HEADING);
    return message
        .substring(message.indexOf(HEADING) + HEADING.length())
        .lines()
        .filter(l -> l.startsWith("- "))
        .map(l -> l.substring(2))
        .toList();
  }
}
