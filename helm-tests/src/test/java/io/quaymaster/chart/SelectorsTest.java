package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whoever selects selects the pods that it means, and no others. */
class SelectorsTest {
  @EverySet
  void gatewaysAreSelectedAndJobsAreNot(String set) {
    Rendered rendered = Chart.WHOLE.render(set);
    Manifest gateways = rendered.gateways();
    List<Manifest> jobs = rendered.all("Job").toList();
    assertSelects(gateways.at("/spec/selector/matchLabels"), gateways, jobs);
    assertThat(rendered.all("Service").count()).isEqualTo(3);
    rendered.all("Service").forEach(s -> assertSelects(s.at("/spec/selector"), gateways, jobs));
    rendered
        .all("PodDisruptionBudget")
        .forEach(b -> assertSelects(b.at("/spec/selector/matchLabels"), gateways, jobs));
    rendered
        .all("NetworkPolicy")
        .filter(p -> !p.isHook())
        .forEach(p -> assertSelects(p.at("/spec/podSelector/matchLabels"), gateways, jobs));
    for (JsonNode spread : gateways.podSpec().path("topologySpreadConstraints")) {
      assertSelects(spread.at("/labelSelector/matchLabels"), gateways, jobs);
    }
  }

  @EverySet
  void eachJobHasANetworkPolicyOfItsOwn(String set) {
    Rendered rendered = Chart.WHOLE.render(set);
    List<Manifest> policies = rendered.all("NetworkPolicy").filter(Manifest::isHook).toList();
    List<Manifest> jobs = rendered.all("Job").toList();
    assertThat(policies).hasSameSizeAs(jobs);
    for (Manifest job : jobs) {
      assertThat(policies)
          .filteredOn(p -> selects(p.at("/spec/podSelector/matchLabels"), job.podLabels()))
          .extracting(Manifest::name)
          .containsExactly(job.name());
    }
  }

  @EverySet
  void labelsOfOneReleaseAreNotThoseOfAnother(String set) {
    JsonNode values = Project.yaml(Project.values(set));
    Manifest one = Chart.WHOLE.render(Chart.RELEASE, values).gateways();
    Manifest other = Chart.WHOLE.render("other", values).gateways();
    assertThat(selects(one.at("/spec/selector/matchLabels"), other.podLabels())).isFalse();
  }

  @EverySet
  void servicesAndProbesUsePortsThatThereAre(String set) {
    Rendered rendered = Chart.WHOLE.render(set);
    JsonNode ports = rendered.gateways().container().path("ports");
    Set<String> targets =
        Manifest.stream(ports)
            .flatMap(
                p ->
                    p.has("name")
                        ? Stream.of(p.path("name").asText(), p.path("containerPort").asText())
                        : Stream.of(p.path("containerPort").asText()))
            .collect(Collectors.toSet());
    rendered
        .all("Service")
        .flatMap(s -> Manifest.stream(s.at("/spec/ports")))
        .forEach(p -> assertThat(targets).contains(p.path("targetPort").asText()));
    rendered
        .all("NetworkPolicy")
        .flatMap(p -> Manifest.stream(p.at("/spec/ingress")))
        .flatMap(rule -> Manifest.stream(rule.path("ports")))
        .forEach(p -> assertThat(targets).contains(p.path("port").asText()));
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(targets)
          .contains(rendered.gateways().container().path(probe).at("/httpGet/port").asText());
    }
  }

  @EverySet
  void theScrapeFindsTheManagementServiceAndTheAutoscalerTheDeployment(String set) {
    Rendered rendered = Chart.WHOLE.render(set);
    rendered
        .all("ServiceMonitor")
        .forEach(
            monitor -> {
              JsonNode selector = monitor.at("/spec/selector/matchLabels");
              List<Manifest> services =
                  rendered.all("Service").filter(s -> selects(selector, s.labels())).toList();
              assertThat(services)
                  .extracting(Manifest::name)
                  .singleElement()
                  .asString()
                  .endsWith("-management");
              assertThat(services.getFirst().at("/spec/ports/0/name"))
                  .isEqualTo(monitor.at("/spec/endpoints/0/port"));
              assertThat(services.getFirst().labels())
                  .containsEntry(monitor.at("/spec/jobLabel").asText(), "quaymaster");
            });
    rendered
        .all("HorizontalPodAutoscaler")
        .forEach(
            a -> {
              assertThat(a.at("/spec/scaleTargetRef/kind").asText())
                  .isEqualTo(rendered.gateways().kind());
              assertThat(a.at("/spec/scaleTargetRef/name").asText())
                  .isEqualTo(rendered.gateways().name());
            });
  }

  private static void assertSelects(JsonNode selector, Manifest gateways, List<Manifest> jobs) {
    assertThat(selector.size()).isPositive();
    assertThat(selects(selector, gateways.podLabels())).isTrue();
    for (Manifest job : jobs) {
      assertThat(selects(selector, job.podLabels())).as(job.toString()).isFalse();
    }
  }

  private static boolean selects(JsonNode selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(Manifest.texts(selector).entrySet());
  }
}
