package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many gateways there are, on which disks, and how they come and go. */
class WorkloadTest {
  private static final String STORES = "/var/lib/quaymaster/stores";

  @Test
  void withoutDisksTwoGatewaysAreRenewedWithoutAGap() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    assertThat(gateways.kind()).isEqualTo("Deployment");
    assertThat(gateways.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(gateways.at("/spec/strategy"))
        .isEqualTo(
            Project.yaml("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}"));
  }

  @Test
  void withoutDisksNoStoreCanBeMadeThatGoesWithThePod() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    assertThat(mount(gateways, STORES).path("readOnly").asBoolean()).isTrue();
    assertThat(gateways.variable("QUAYMASTER_FILES_LOCAL_ROOTS").path("value").asText())
        .isEqualTo(STORES);
  }

  @Test
  void aDiskOfItsOwnMakesAStatefulSetThatKeepsIt() {
    Rendered rendered = Chart.WHOLE.render("own-disk");
    Manifest gateways = rendered.gateways();
    assertThat(gateways.kind()).isEqualTo("StatefulSet");
    assertThat(gateways.at("/spec/replicas").asInt()).isEqualTo(1);
    assertThat(gateways.at("/spec/serviceName").asText())
        .isEqualTo(rendered.one("Service", "-management").name());
    assertThat(gateways.at("/spec/persistentVolumeClaimRetentionPolicy"))
        .isEqualTo(Project.yaml("{whenDeleted: Retain, whenScaled: Retain}"));
    assertThat(gateways.at("/spec/volumeClaimTemplates/0/spec"))
        .isEqualTo(
            Project.yaml(
                "{accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests:"
                    + " {storage: 2Ti}}}"));
    assertThat(mount(gateways, STORES).path("subPath").asText()).isEqualTo("stores");
    assertThat(mount(gateways, "/var/lib/quaymaster/data").path("subPath").asText())
        .isEqualTo("data");
    assertThat(gateways.podSpec().findValues("matchLabelKeys")).isEmpty();
  }

  @Test
  void aClaimThatAllCanMountIsSharedByADeployment() {
    Manifest gateways = Chart.WHOLE.render("shared-disk").gateways();
    assertThat(gateways.kind()).isEqualTo("Deployment");
    assertThat(gateways.at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(gateways.at("/spec/strategy/type").asText()).isEqualTo("RollingUpdate");
    assertThat(mount(gateways, STORES).path("readOnly").asBoolean()).isFalse();
    assertThat(gateways.podSpec().findValues("claimName"))
        .singleElement()
        .hasToString("\"partners\"");
  }

  @Test
  void aClaimThatOnePodCanMountIsFreedBeforeTheNextOneStarts() {
    Manifest gateways = Chart.WHOLE.render("lent-disk").gateways();
    assertThat(gateways.kind()).isEqualTo("Deployment");
    assertThat(gateways.at("/spec/replicas").asInt()).isEqualTo(1);
    assertThat(gateways.at("/spec/strategy")).isEqualTo(Project.yaml("{type: Recreate}"));
  }

  @Test
  void theAutoscalerAloneSaysHowMany() {
    Rendered bySessions = Chart.WHOLE.render("buckets");
    assertThat(bySessions.gateways().at("/spec").has("replicas")).isFalse();
    JsonNode spec = bySessions.one("HorizontalPodAutoscaler").at("/spec");
    assertThat(spec.path("minReplicas").asInt()).isEqualTo(3);
    assertThat(spec.path("maxReplicas").asInt()).isEqualTo(20);
    assertThat(spec.path("metrics"))
        .isEqualTo(
            Project.yaml(
                "[{type: Pods, pods: {metric: {name: quaymaster_sessions}, target: {type:"
                    + " AverageValue, averageValue: '150'}}}]"));

    JsonNode byCpu = Chart.WHOLE.render("everything").one("HorizontalPodAutoscaler").at("/spec");
    assertThat(byCpu.at("/metrics/0/resource/target/averageUtilization").asInt()).isEqualTo(70);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | 345",
        "{drain: {delaySeconds: 0, timeoutSeconds: 0}} | 30",
        "{drain: {delaySeconds: 20, timeoutSeconds: 3600}} | 3650",
        "{drain: {delaySeconds: 20, timeoutSeconds: 50}, terminationGracePeriodSeconds: 100} | 100",
        "{drain: {delaySeconds: 20, timeoutSeconds: 50}, terminationGracePeriodSeconds: 900} | 900",
      })
  void theGracePeriodFitsTheDrain(String values, int seconds) {
    Manifest gateways = Chart.WHOLE.render(Chart.RELEASE, Chart.minimalAnd(values)).gateways();
    assertThat(gateways.podSpec().path("terminationGracePeriodSeconds").asInt()).isEqualTo(seconds);
  }

  @EverySet
  void whatTheGatewayIsToldOfTheDrainEndsBeforeTheGracePeriod(String set) {
    Manifest gateways = Chart.WHOLE.render(set).gateways();
    int grace = gateways.podSpec().path("terminationGracePeriodSeconds").asInt();
    assertThat(
            seconds(gateways, "QUAYMASTER_DRAIN_DELAY")
                + seconds(gateways, "QUAYMASTER_DRAIN_TIMEOUT")
                + 30)
        .isLessThanOrEqualTo(grace);
  }

  private static int seconds(Manifest gateways, String variable) {
    String value = gateways.variable(variable).path("value").asText();
    assertThat(value).matches("\\d+s");
    return Integer.parseInt(value.substring(0, value.length() - 1));
  }

  @Test
  void evictionsLeaveWhatTheBudgetSays() {
    assertThat(Chart.WHOLE.render("minimal").one("PodDisruptionBudget").at("/spec/maxUnavailable"))
        .hasToString("1");
    JsonNode shared = Chart.WHOLE.render("shared-disk").one("PodDisruptionBudget").at("/spec");
    assertThat(shared.path("minAvailable").asText()).isEqualTo("60%");
    assertThat(shared.has("maxUnavailable")).isFalse();
    assertThat(Chart.WHOLE.render("lent-disk").has("PodDisruptionBudget")).isFalse();
  }

  @Test
  void aChangedSettingStartsNewPods() {
    String before = checksum("{}");
    assertThat(checksum("config: {quaymaster: {demo: false}}")).isNotEqualTo(before);
    assertThat(checksum("minReadySeconds: 11")).isEqualTo(before);
  }

  private static String checksum(String values) {
    return Chart.WHOLE
        .render(Chart.RELEASE, Chart.minimalAnd(values))
        .gateways()
        .at("/spec/template/metadata/annotations")
        .path("checksum/config")
        .asText();
  }

  @EverySet
  void probesAskTheManagementPortInItsScheme(String set) {
    Manifest gateways = Chart.WHOLE.render(set).gateways();
    boolean tls =
        !gateways.variable("QUAYMASTER_TLS_CERTIFICATE").isMissingNode()
            || !gateways.variable("QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE").isMissingNode();
    assertThat(tls).isEqualTo(List.of("tls", "everything").contains(set));
    JsonNode container = gateways.container();
    assertThat(container.at("/startupProbe/httpGet/path").asText())
        .isEqualTo("/actuator/health/liveness");
    assertThat(container.at("/livenessProbe/httpGet/path").asText())
        .isEqualTo("/actuator/health/liveness");
    assertThat(container.at("/readinessProbe/httpGet/path").asText())
        .isEqualTo("/actuator/health/readiness");
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(container.path(probe).at("/httpGet/scheme").asText())
          .isEqualTo(tls ? "HTTPS" : "HTTP");
    }
  }

  @Test
  void theJavaMachineIsToldWhatTheValuesSay() {
    Rendered rendered = Chart.WHOLE.render("everything");
    Manifest told = rendered.gateways();
    assertThat(told.variable("JAVA_TOOL_OPTIONS").path("value").asText())
        .isEqualTo("-Xmx1200m -XX:+UseStringDeduplication");
    assertThat(rendered.all("Job"))
        .as("they have less memory")
        .hasSize(2)
        .allMatch(job -> job.variable("JAVA_TOOL_OPTIONS").isMissingNode());
    Manifest not = Chart.WHOLE.render("minimal").gateways();
    assertThat(not.variable("JAVA_TOOL_OPTIONS").isMissingNode()).isTrue();
    assertThat(not.container().path("resources"))
        .isEqualTo(Project.yaml("{requests: {cpu: 500m, memory: 2Gi}, limits: {memory: 2Gi}}"));
  }

  @Test
  void certificatesAreWhereTheGatewayLooksForThem() {
    Manifest gateways = Chart.WHOLE.render("tls").gateways();
    assertThat(mount(gateways, "/etc/quaymaster/tls").path("name").asText()).isEqualTo("tls");
    assertThat(gateways.variable("QUAYMASTER_TLS_PRIVATE_KEY").path("value").asText())
        .isEqualTo("/etc/quaymaster/tls/tls.key");
    assertThat(mount(gateways, "/etc/quaymaster/management-tls").path("name").asText())
        .isEqualTo("management-tls");
    assertThat(gateways.variable("QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE").path("value").asText())
        .isEqualTo("/etc/quaymaster/management-tls/server.pem");
  }

  private static JsonNode mount(Manifest gateways, String path) {
    return Manifest.stream(gateways.container().path("volumeMounts"))
        .filter(m -> m.path("mountPath").asText().equals(path))
        .findFirst()
        .orElseThrow();
  }
}
