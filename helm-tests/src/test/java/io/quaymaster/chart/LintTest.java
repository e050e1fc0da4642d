package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.marcnuri.helm.LintResult;
import org.junit.jupiter.api.Test;

/** What Helm itself says of the chart. */
class LintTest {
  @Test
  void theChartAsItIs() {
    assertClean(Chart.lint(JsonNodeFactory.instance.objectNode()));
  }

  @EverySet
  void withValues(String set) {
    assertClean(Chart.lint(Project.yaml(Project.values(set))));
  }

  @Test
  void aFaultIsFound() {
    assertThat(Chart.lint(Chart.minimalAnd("replica: 3")).isFailed()).isTrue();
  }

  @Test
  void itIsTheReleaseOfThisGateway() {
    var chart = Project.yaml(Project.CHART.resolve("Chart.yaml"));
    assertThat(chart.path("name").asText()).isEqualTo("quaymaster");
    assertThat(Project.text(Project.ROOT.resolve("pom.xml")))
        .as("appVersion is the version of the parent pom")
        .contains(
            "<artifactId>quaymaster</artifactId>\n  <version>%s</version>"
                .formatted(chart.path("appVersion").asText()));
  }

  private static void assertClean(LintResult result) {
    assertThat(result.getMessages()).allMatch(m -> m.startsWith("[INFO]"));
    assertThat(result.isFailed()).isFalse();
  }
}
