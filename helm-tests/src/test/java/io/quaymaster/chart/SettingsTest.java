package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the chart tells the gateway is in the gateway's manual, and nothing is told twice. */
class SettingsTest {
  private static final JsonNode MANUAL =
      Project.yaml(Project.ROOT.resolve("gateway-app/src/main/resources/application.yaml"));

  /** Of the elements of a list, whose manual is a comment. */
  private static final Pattern LISTENER =
      Pattern.compile(
          "QUAYMASTER_SSH_LISTENERS_\\d+_(NAME|PORT|ALGORITHMS|SOURCES|DEFAULT_TENANT)");

  private static final Set<String> SETTINGS = leaves(MANUAL.path("quaymaster"), "quaymaster");

  /** What the chart refuses in config because it sets it itself, or because it is a secret. */
  private static final Set<String> REFUSED = refused();

  @EverySet
  void eachVariableIsASetting(String set) {
    Set<String> known = SETTINGS.stream().map(SettingsTest::variable).collect(Collectors.toSet());
    for (Manifest manifest : Chart.WHOLE.render(set).withPods()) {
      List<String> names = manifest.container().path("env").findValuesAsText("name");
      List<String> ours = names.stream().filter(n -> n.startsWith("QUAYMASTER_")).toList();
      assertThat(ours)
          .isNotEmpty()
          .allMatch(n -> known.contains(n) || LISTENER.matcher(n).matches());
      List<String> own =
          Manifest.stream(manifest.container().path("env"))
              .map(e -> e.path("name").asText())
              .toList();
      assertThat(own).doesNotHaveDuplicates();
    }
  }

  @Test
  void configIsMountedAsTheGatewayReadsIt() {
    Rendered rendered = Chart.WHOLE.render("everything");
    Manifest gateways = rendered.gateways();
    assertThat(gateways.variable("SPRING_CONFIG_ADDITIONAL_LOCATION").path("value").asText())
        .isEqualTo("file:/etc/quaymaster/config/application.yaml");
    Manifest file = rendered.one("ConfigMap", "-config");
    assertThat(gateways.podSpec().at("/volumes/0/configMap/name").asText()).isEqualTo(file.name());
    JsonNode written = Project.yaml(file.at("/data/application.yaml").asText());
    assertThat(written).isEqualTo(Project.yaml(Project.values("everything")).path("config"));
    assertThat(leaves(written.path("quaymaster"), "quaymaster")).isSubsetOf(SETTINGS);
  }

  @Test
  void noNumberBecomesAnotherOne() {
    String file =
        Chart.WHOLE
            .render(
                Chart.RELEASE,
                Chart.minimalAnd(
                    "config: {quaymaster: {audit: {checkpoint-events: 123456789012}}}"))
            .one("ConfigMap", "-config")
            .at("/data/application.yaml")
            .asText();
    assertThat(file).contains("checkpoint-events: 123456789012");
  }

  /** What the chart sets by a variable would beat config in silence, so config may not have it. */
  @EverySet
  void whatTheChartSetsIsRefusedInConfig(String set) {
    List<String> refused = REFUSED.stream().map(SettingsTest::variable).toList();
    Manifest gateways = Chart.WHOLE.render(set).gateways();
    for (JsonNode variable : gateways.container().path("env")) {
      String name = variable.path("name").asText();
      if (name.startsWith("QUAYMASTER_")) {
        assertThat(refused).as(name).anyMatch(r -> name.equals(r) || name.startsWith(r + "_"));
      }
    }
  }

  @Test
  void whatIsRefusedInConfigIsASetting() {
    assertThat(REFUSED)
        .isNotEmpty()
        .allMatch(r -> SETTINGS.stream().anyMatch(s -> s.equals(r) || s.startsWith(r + ".")));
  }

  private static Set<String> refused() {
    String template = Project.text(Project.CHART.resolve("templates/_refuse.tpl"));
    return Pattern.compile("\"(quaymaster\\.[a-z0-9.-]+)\"")
        .matcher(template.substring(template.indexOf("$owned := dict")))
        .results()
        .map(r -> r.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String variable(String setting) {
    return setting.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static Set<String> leaves(JsonNode node, String name) {
    Set<String> names = new TreeSet<>();
    if (node.isObject() && !node.isEmpty()) {
      node.properties().forEach(e -> names.addAll(leaves(e.getValue(), name + "." + e.getKey())));
    } else {
      names.add(name);
    }
    return names;
  }
}
