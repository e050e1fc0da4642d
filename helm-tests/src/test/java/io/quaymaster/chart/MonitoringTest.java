package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts, their runbooks, and the dashboard. */
class MonitoringTest {
  private static final JsonNode RULES =
      Project.yaml(Project.CHART.resolve("rules/quaymaster.yaml"));
  private static final String DASHBOARD =
      Project.text(Project.CHART.resolve("dashboards/quaymaster.json"));

  /** Of a ConfigMap, names included; etcd takes no more. */
  private static final int MOST_BYTES = 1024 * 1024;

  @Test
  void theRulesAreRenderedToTheLetter() {
    Manifest rule = Chart.WHOLE.render("everything").one("PrometheusRule");
    assertThat(rule.at("/spec")).isEqualTo(RULES);
    assertThat(rule.labels()).containsEntry("release", "prometheus");
  }

  @Test
  void eachAlertSaysWhatIsTheMatterAndHasARunbook() {
    Set<String> headings =
        Project.text(Project.ROOT.resolve("docs/runbooks.md"))
            .lines()
            .filter(l -> l.matches("#+ .*"))
            .map(l -> l.replaceFirst("#+ +", "").strip())
            .collect(Collectors.toSet());
    List<JsonNode> alerts = alerts();
    assertThat(alerts).isNotEmpty();
    assertThat(alerts.stream().map(a -> a.path("alert").asText())).doesNotHaveDuplicates();
    for (JsonNode alert : alerts) {
      String name = alert.path("alert").asText();
      assertThat(headings).contains(name);
      assertThat(alert.path("expr").asText()).as(name).isNotBlank();
      assertThat(alert.at("/labels/severity").asText()).as(name).isNotBlank();
      assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
      assertThat(alert.at("/annotations/runbook_url").asText())
          .endsWith("docs/runbooks.md#" + name.toLowerCase(Locale.ROOT));
    }
  }

  private static List<JsonNode> alerts() {
    return Manifest.stream(RULES.path("groups"))
        .flatMap(g -> Manifest.stream(g.path("rules")))
        .filter(r -> r.has("alert"))
        .toList();
  }

  @Test
  void theDashboardIsRenderedToTheLetterWhereGrafanaLooksForIt() throws IOException {
    Manifest dashboard = Chart.WHOLE.render("everything").one("ConfigMap", "-dashboard");
    JsonNode rendered =
        new ObjectMapper().readTree(dashboard.at("/data").path("quaymaster.json").asText());
    assertThat(rendered).isEqualTo(new ObjectMapper().readTree(DASHBOARD));
    assertThat(dashboard.labels()).containsEntry("grafana_dashboard", "1");
    assertThat(dashboard.annotations()).containsEntry("grafana_folder", "Transfers");
    assertThat(dashboard.body().toString().length()).isLessThan(MOST_BYTES);
  }

  @Test
  void panelsHaveIdsOfTheirOwnAndTitles() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD);
    assertThat(dashboard.path("uid").asText()).isNotBlank();
    assertThat(dashboard.path("title").asText()).isNotBlank();
    List<JsonNode> panels = new ArrayList<>();
    collect(dashboard, panels);
    assertThat(panels).isNotEmpty();
    assertThat(panels).allMatch(p -> p.path("id").isInt());
    assertThat(panels.stream().map(p -> p.path("id").asInt())).doesNotHaveDuplicates();
    assertThat(panels).allMatch(p -> !p.path("title").asText().isBlank());
  }

  /** Rows that are folded have their panels in them. */
  private static void collect(JsonNode parent, List<JsonNode> into) {
    for (JsonNode panel : parent.path("panels")) {
      into.add(panel);
      collect(panel, into);
    }
  }

  @Test
  void theScrapeSpeaksTheSchemeOfThePort() {
    Manifest https = Chart.WHOLE.render("tls").one("ServiceMonitor");
    assertThat(https.at("/spec/endpoints/0/scheme").asText()).isEqualTo("https");
    assertThat(https.at("/spec/endpoints/0/tlsConfig/serverName").asText())
        .isEqualTo("quaymaster-management.files.svc");
    Manifest http =
        Chart.WHOLE
            .render(Chart.RELEASE, Chart.minimalAnd("metrics: {serviceMonitor: {enabled: true}}"))
            .one("ServiceMonitor");
    assertThat(http.at("/spec/endpoints/0/scheme").asText()).isEqualTo("http");
    assertThat(http.at("/spec/endpoints/0").has("tlsConfig")).isFalse();
    assertThat(http.at("/spec/endpoints/0/path").asText()).isEqualTo("/actuator/prometheus");
  }

  @Test
  void nothingOfItIsThereUnlessItIsWanted() {
    Rendered rendered = Chart.WHOLE.render("minimal");
    assertThat(rendered.has("ServiceMonitor")).isFalse();
    assertThat(rendered.has("PrometheusRule")).isFalse();
    assertThat(rendered.all("ConfigMap").map(Manifest::name))
        .containsExactly("gw-quaymaster-config");
  }
}
