package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Rules, runbooks and dashboard, as far as they can be looked at without a gateway. */
class WatchFilesTest {
  private static final Path PROMTOOL =
      Path.of(System.getProperty("test.promtool", "/usr/bin/promtool"));
  private static final Path UNIT_TESTS = Path.of("src/test/resources/rules/quaymaster-test.yaml");

  static List<WatchFiles.Alert> alerts() {
    return WatchFiles.alerts();
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void anAlertSaysWhatIsTheMatter(WatchFiles.Alert alert) {
    assertThat(alert.name()).startsWith("Quaymaster");
    assertThat(Set.of("page", "ticket")).contains(alert.labels().path("severity").asString());
    assertThat(alert.notes().propertyNames())
        .containsExactlyInAnyOrder("summary", "description", "runbook_url");
    assertThat(alert.note("summary")).isNotBlank().doesNotEndWith(".").hasSizeLessThan(120);
    assertThat(alert.note("description")).endsWith(".");
    assertThat(alert.note("summary") + alert.note("description"))
        .as("a value, a label, or a time")
        .containsPattern("\\{\\{|minutes?|hours?|within");
    assertThat(alert.note("runbook_url"))
        .isEqualTo("docs/runbooks.md#" + alert.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void eachAlertHasItsRunbookAndEachRunbookItsAlert() {
    assertThat(alerts())
        .extracting(WatchFiles.Alert::name)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(30);
    assertThat(WatchFiles.runbooks())
        .containsExactlyElementsOf(alerts().stream().map(WatchFiles.Alert::name).toList());
    String[] books = WatchFiles.runbookText().split("(?m)^## ", -1);
    for (int i = 1; i < books.length; i++) {
      assertThat(books[i])
          .contains("- **Means**: ", "- **At stake**: ", "- **Look**: ", "- **Do**: ")
          .contains("- **Over when**: ");
    }
  }

  @Test
  void runbooksLinkToOneAnother() {
    List<String> anchors =
        WatchFiles.runbooks().stream().map(name -> "#" + name.toLowerCase(Locale.ROOT)).toList();
    List<String> links =
        Pattern.compile("\\]\\((#[^)]+)\\)")
            .matcher(WatchFiles.runbookText())
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(links).isNotEmpty();
    assertThat(anchors).containsAll(links);
  }

  @Test
  void theDashboardCanBeRead() {
    JsonNode dashboard = WatchFiles.dashboard();
    List<Integer> ids = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (JsonNode panel : dashboard.get("panels").values()) {
      ids.add(panel.get("id").intValue());
      String title = panel.get("title").stringValue();
      assertThat(title).isNotBlank();
      if (panel.get("type").stringValue().equals("row")) {
        rows.add(title);
        continue;
      }
      assertThat(panel.get("description").stringValue()).as(title).endsWith(".");
      assertThat(panel.at("/fieldConfig/defaults/unit").stringValue()).as(title).isNotBlank();
      assertThat(panel.at("/datasource/uid").stringValue()).isEqualTo("${datasource}");
      assertThat(panel.get("targets").size()).as(title).isPositive();
      JsonNode place = panel.get("gridPos");
      assertThat(place.get("x").intValue() + place.get("w").intValue()).isLessThanOrEqualTo(24);
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(rows)
        .startsWith("Is it healthy", "Who is busy", "Who is refused and why", "What is slow");
    assertThat(dashboard.get("schemaVersion").intValue()).isGreaterThanOrEqualTo(39);
    assertThat(dashboard.at("/templating/list").values())
        .extracting(v -> v.get("name").stringValue())
        .containsExactly("datasource", "namespace", "instance", "tenant");
  }

  @Test
  void prometheusTakesTheRules() throws Exception {
    promtool("check", "rules", WatchFiles.RULES.toString());
  }

  /** When alerts begin and when they end. */
  @Test
  void theRulesDoWhatTheyAreFor() throws Exception {
    promtool("test", "rules", UNIT_TESTS.toString());
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(PROMTOOL), "promtool is not installed (Debian: prometheus)");
    List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("SUCCESS");
  }
}
