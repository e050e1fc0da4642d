package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever is rendered is what Kubernetes takes. */
class TypesTest {
  /**
   * RFC 1035 labels, for Services, and 1123 subdomains, for the rest; no part of ours is longer.
   */
  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern LABEL = Pattern.compile("([A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?)?");

  @EverySet
  void eachObjectIsOfItsType(String set) {
    Rendered rendered = Chart.WHOLE.render(set);
    assertThat(rendered.manifests()).isNotEmpty();
    for (Manifest manifest : rendered.manifests()) {
      assertThat(KubernetesTypes.fault(manifest.body())).as(manifest.toString()).isEmpty();
    }
  }

  @EverySet
  void namesAndLabelsAreOnesAndNoNameComesTwice(String set) {
    assertNames(Chart.WHOLE.render(set));
  }

  @Test
  void theLongestNamesFit() {
    // Helm takes no release's name that is longer.
    String release = "r" + "0".repeat(52);
    assertNames(
        Chart.WHOLE.render(release, Chart.minimalAnd(Project.yaml(Project.values("everything")))));
    assertNames(
        Chart.WHOLE.render(release, Chart.minimalAnd("fullnameOverride: " + "f".repeat(63))));
  }

  private static void assertNames(Rendered rendered) {
    Set<String> seen = new HashSet<>();
    for (Manifest manifest : rendered.manifests()) {
      assertThat(seen.add(manifest.toString())).as("%s comes once", manifest).isTrue();
      assertThat(manifest.name()).matches(NAME);
      assertThat(manifest.labels().values()).allMatch(LABEL.asMatchPredicate());
      assertThat(manifest.podLabels().values()).allMatch(LABEL.asMatchPredicate());
    }
  }

  @Test
  void anUnknownFieldIsFoundHoweverDeep() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    ((ObjectNode) gateways.container().at("/ports/0")).put("prot", "TCP");
    assertThat(KubernetesTypes.fault(gateways.body())).get().asString().contains("\"prot\"");
  }

  @Test
  void anUnknownFieldOfTheOperatorsTypesIsFound() {
    Manifest monitor = Chart.WHOLE.render("tls").one("ServiceMonitor");
    ((ObjectNode) monitor.at("/spec/endpoints/0")).put("intervall", "30s");
    assertThat(KubernetesTypes.fault(monitor.body())).get().asString().contains("\"intervall\"");
  }

  @Test
  void aValueOfTheWrongTypeIsFound() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    ((ObjectNode) gateways.at("/spec")).put("replicas", "many");
    assertThat(KubernetesTypes.fault(gateways.body())).get().asString().contains("many");
  }
}
