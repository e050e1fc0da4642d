package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** values.yaml is the manual, and the table in helm/README.md is made from it. */
class ManualTest {
  private static final Path README = Project.CHART.resolve("README.md");
  private static final String BEGIN = "<!-- values: made from values.yaml, do not edit -->\n";
  private static final String END = "<!-- end of values -->\n";
  private static final String WRITE = "mvn -q -pl helm-tests test -Dtest=ManualTest -Dreadme=write";

  @Test
  void eachValueHasAComment() {
    assertThat(Manual.entries()).hasSizeGreaterThan(100);
    for (Manual.Entry entry : Manual.entries()) {
      if (!entry.path().startsWith("metrics.dashboard.labels.")) {
        assertThat(entry.comment()).as(entry.path()).isNotEmpty().endsWith(".");
      }
    }
  }

  @Test
  void noValueIsOverlooked() {
    JsonNode values = Project.yaml(Project.CHART.resolve("values.yaml"));
    assertThat(Manual.entries().stream().map(Manual.Entry::path).collect(Collectors.toSet()))
        .containsAll(names(values, ""));
  }

  private static Set<String> names(JsonNode values, String prefix) {
    Set<String> names = new TreeSet<>();
    values
        .properties()
        .forEach(
            e -> {
              names.add(prefix + e.getKey());
              names.addAll(names(e.getValue(), prefix + e.getKey() + "."));
            });
    return names;
  }

  @Test
  void theReadmeHasTheTable() throws IOException {
    String now = Project.text(README);
    int begin = now.indexOf(BEGIN) + BEGIN.length();
    int end = now.indexOf(END);
    assertThat(begin).as("the line %s", BEGIN).isGreaterThanOrEqualTo(BEGIN.length());
    assertThat(end).as("the line %s", END).isGreaterThanOrEqualTo(begin);
    String right = now.substring(0, begin) + "\n" + table() + "\n" + now.substring(end);
    if (System.getProperty("readme", "").equals("write")) {
      Files.writeString(README, right);
    } else {
      assertThat(now)
          .as("helm/README.md is not of this values.yaml. Run: %s", WRITE)
          .isEqualTo(right);
    }
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
    for (Manual.Entry entry : Manual.entries()) {
      if (entry.path().startsWith("metrics.dashboard.labels.")) {
        continue;
      }
      boolean opened = entry.isGroup() && !entry.path().equals("metrics.dashboard.labels");
      table.append(
          "| `%s` | %s | %s |\n"
              .formatted(entry.path(), opened ? "" : shown(entry.value()), cell(entry.comment())));
    }
    return table.toString();
  }

  private static String shown(JsonNode value) {
    return value.isNull() || (value.isTextual() && value.asText().isEmpty())
        ? "–"
        : "`" + cell(value.isTextual() ? value.asText() : value.toString()) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  @Test
  void theReadmeQuotesARefusal() {
    String refusal =
        Pattern.compile("(?ms)^```\\n(execution error.*?)\\n```")
            .matcher(Project.text(README))
            .results()
            .map(r -> r.group(1))
            .collect(Collectors.joining());
    assertThatThrownBy(
            () ->
                Chart.REAL.render(
                    Chart.RELEASE, Chart.minimalAnd("terminationGracePeriodSeconds: 60")))
        .hasMessageContaining(refusal)
        .hasMessageContaining("terminationGracePeriodSeconds is 60");
    assertThat(refusal).isNotBlank();
  }

  @Test
  void theReadmesExamplesAreValues() {
    List<String> examples =
        Pattern.compile("(?ms)^```yaml\\n(.*?)^```")
            .matcher(Project.text(README))
            .results()
            .map(r -> r.group(1))
            .toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      assertThat(Chart.WHOLE.render(Chart.RELEASE, Project.yaml(example)).manifests())
          .as(example)
          .isNotEmpty();
    }
  }
}
