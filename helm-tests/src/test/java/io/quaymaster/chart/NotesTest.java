package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads after the installation. */
class NotesTest {
  @Test
  void howToLogInAndWhereTheTokenIs() {
    Rendered rendered = Chart.WHOLE.render("minimal");
    assertThat(rendered.notes())
        .contains("rollout status deployment/" + rendered.gateways().name())
        .contains("get service " + rendered.one("Service", "-ssh").name())
        .contains("sftp -P 22 alice@acme@ADDRESS")
        .contains("port-forward service/" + rendered.one("Service", "-admin").name())
        .contains("get secret gw-quaymaster-keys -o jsonpath='{.data.admin-token}'")
        .contains("http://127.0.0.1:8080/api/v1/tenants")
        .contains("Keep a copy of that Secret");
    assertThat(Chart.WHOLE.render("own-disk").notes())
        .contains("rollout status statefulset/")
        .contains("sftp -P PORT alice@acme@NODE");
    assertThat(Chart.WHOLE.render("shared-disk").notes())
        .contains("sftp -P 2022 alice@acme@127.0.0.1")
        .doesNotContain("Keep a copy");
    assertThat(Chart.WHOLE.render("tls").notes()).contains("https://127.0.0.1:8080/api/v1");
  }

  @Test
  void theProjectsReadmeQuotesThem() {
    String readme = Project.text(Project.ROOT.resolve("README.md"));
    String quoted = readme.substring(readme.indexOf("### On Kubernetes"));
    quoted = quoted.substring(quoted.indexOf("```\nWait until") + 4);
    quoted = quoted.substring(0, quoted.indexOf("```"));
    assertThat(notes("{migration: {runtimeRole: quaymaster}}")).contains(quoted.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | TLS: | tls: {existingSecret: a}",
        "{} | Metrics: | metrics: {serviceMonitor: {enabled: true}}",
        "{} | Alerts: | metrics: {prometheusRule: {enabled: true}}",
        "{} | Grants: | migration: {runtimeRole: quaymaster}",
        "{replicas: 1} | A second gateway: | {}",
        "{networkPolicy: {enabled: false}} | A NetworkPolicy: | {}",
        "{migration: {mode: gateway, existingSecret: ''}} | A role of its own | {}",
        "{migration: {mode: none, existingSecret: ''}} | Migrations: | {}",
        "{ssh: {service: {externalTrafficPolicy: Cluster}}} | Source addresses: | {}",
      })
  void whatIsMissing(String without, String said, String with) {
    assertThat(notes(without)).contains("What is missing:").contains("  - " + said);
    assertThat(notes(with)).doesNotContain("  - " + said);
  }

  @Test
  void nothingIsMissingWhereAllIsThere() {
    assertThat(Chart.WHOLE.render("everything").notes()).doesNotContain("What is missing");
  }

  private static String notes(String values) {
    return Chart.WHOLE.render(Chart.RELEASE, Chart.minimalAnd(values)).notes();
  }
}
