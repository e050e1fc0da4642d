package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one value alone can get wrong. */
class SchemaTest {
  private final JsonNode schema = Project.yaml(Project.CHART.resolve("values.schema.json"));
  private final JsonNode values = Project.yaml(Project.CHART.resolve("values.yaml"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "replica: 3 | additional properties 'replica' not allowed",
        "ssh: {prot: 22} | at '/ssh': additional properties 'prot' not allowed",
        "drain: {delay: 15s} | at '/drain': additional properties 'delay' not allowed",
        "networkPolicy: {egress: {postgres: {}}} | additional properties 'postgres' not allowed",
        "config: {quaymastr: {}} | additional properties 'quaymastr' not allowed",
        "config: {quaymaster.ssh.port: 22} | additional properties 'quaymaster.ssh.port' not"
            + " allowed",
        "replicas: three | at '/replicas': got string, want null or integer",
        "replicas: 2.5 | at '/replicas'",
        "replicas: -1 | at '/replicas': minimum: got -1, want 0",
        "drain: {timeoutSeconds: 5m} | at '/drain/timeoutSeconds': got string, want integer",
        "keys: {make: 'no'} | at '/keys/make': got string, want boolean",
        "ssh: {port: 22} | at '/ssh/port': minimum: got 22, want 1,024",
        "ssh: {service: {type: Loadbalancer}} | at '/ssh/service/type': value must be one of",
        "ssh: {listeners: [{port: 2222}]} | missing property 'name'",
        "ssh: {listeners: [{name: a, port: 2222, policy: legacy}]} | 'policy' not allowed",
        "ssh: {proxyProtocol: {networks: [everybody]}} | does not match pattern",
        "migration: {mode: never} | at '/migration/mode': value must be one of",
        "storage: {local: {size: big}} | at '/storage/local/size'",
        "storage: {local: {accessMode: ReadOnlyMany}} | at '/storage/local/accessMode'",
        "podDisruptionBudget: {minAvailable: 120%} | at '/podDisruptionBudget/minAvailable'",
        "podSecurity: {runAsUser: 0} | at '/podSecurity/runAsUser': minimum: got 0, want 1",
        "resources: {limits: {memory: lots}} | at '/resources/limits/memory'",
        "podLabels: {a: 1} | at '/podLabels/a': got number, want string",
        "extraEnv: [{name: A}] | at '/extraEnv/0'",
        "extraEnv: [{name: A, value: b, valueFrom: {}}] | at '/extraEnv/0'",
        "networkPolicy: {ingress: {ssh: [10.0.0.0/8]}} | at '/networkPolicy/ingress/ssh/0'",
        "networkPolicy: {ingress: {ssh: [{cidr: 10.0.0.0/8}]}} | 'cidr' not allowed",
        "image: {digest: latest} | at '/image/digest'",
        "logging: {format: json} | at '/logging/format'",
        "tracing: {endpoint: 'collector:4318'} | at '/tracing/endpoint'",
        "database: {parameters: '?ssl=true'} | at '/database/parameters'",
      })
  void isRefused(String wrong, String complaint) {
    assertThatThrownBy(() -> Chart.REAL.render(Chart.RELEASE, Chart.minimalAnd(wrong)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("values don't meet the specifications of the schema(s)")
        .hasMessageContaining(complaint);
  }

  @Test
  void eachObjectSaysWhatMayBeInIt() {
    assertClosed(schema, "");
    schema.path("definitions").properties().forEach(e -> assertClosed(e.getValue(), e.getKey()));
  }

  /** Where anything goes, it is Kubernetes' or the gateway's to say what. */
  private static void assertClosed(JsonNode node, String at) {
    if (node.has("properties") && !Set.of("/extraVolumes", "/extraVolumeMounts").contains(at)) {
      assertThat(node.path("additionalProperties").asBoolean(true)).as("at %s", at).isFalse();
    }
    node.path("properties")
        .properties()
        .forEach(e -> assertClosed(e.getValue(), at + "/" + e.getKey()));
    if (node.has("items")) {
      assertClosed(node.path("items"), at);
    }
  }

  @Test
  void itKnowsEachValueOfTheManualAndNoMore() {
    assertThat(schemaNames(schema, "")).isEqualTo(valueNames(values, schema, ""));
  }

  private static Set<String> schemaNames(JsonNode node, String prefix) {
    Set<String> names = new TreeSet<>();
    for (var e : node.path("properties").properties()) {
      // Helm's own; and the roots of the gateway's settings.
      if (e.getKey().equals("global") || prefix.equals("config.")) {
        continue;
      }
      names.add(prefix + e.getKey());
      names.addAll(schemaNames(e.getValue(), prefix + e.getKey() + "."));
    }
    return names;
  }

  private static Set<String> valueNames(JsonNode values, JsonNode schema, String prefix) {
    Set<String> names = new TreeSet<>();
    for (var e : values.properties()) {
      JsonNode below = schema.path("properties").path(e.getKey());
      names.add(prefix + e.getKey());
      if (below.has("properties")) {
        names.addAll(valueNames(e.getValue(), below, prefix + e.getKey() + "."));
      }
    }
    return names;
  }
}
