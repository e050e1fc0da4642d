package io.quaymaster.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The Pod Security Standard "restricted" (kubernetes.io, Pod Security Standards), rule by rule, for
 * pods of Linux.
 */
final class PodSecurity {
  private static final Set<String> VOLUMES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  private static final Set<String> SYSCTLS =
      Set.of(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.ip_unprivileged_port_start",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.ping_group_range");

  private static final Set<String> SECCOMP = Set.of("RuntimeDefault", "Localhost");

  private final List<String> violations = new ArrayList<>();

  private PodSecurity() {}

  /** What "restricted" would say of the pod; empty: it would let it in. */
  static List<String> violations(JsonNode podSpec) {
    PodSecurity rules = new PodSecurity();
    rules.pod(podSpec);
    Stream.of("containers", "initContainers", "ephemeralContainers")
        .flatMap(kind -> Manifest.stream(podSpec.path(kind)))
        .forEach(c -> rules.container(podSpec.path("securityContext"), c));
    return List.copyOf(rules.violations);
  }

  private void pod(JsonNode spec) {
    for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      refuse(spec.path(shared).asBoolean(), shared);
    }
    for (JsonNode volume : spec.path("volumes")) {
      volume
          .fieldNames()
          .forEachRemaining(
              f -> refuse(!f.equals("name") && !VOLUMES.contains(f), "volume type " + f));
    }
    for (JsonNode sysctl : spec.at("/securityContext/sysctls")) {
      String name = sysctl.path("name").asText();
      refuse(!SYSCTLS.contains(name), "sysctl " + name);
    }
    context(spec.path("securityContext"));
  }

  private void container(JsonNode podContext, JsonNode container) {
    JsonNode own = container.path("securityContext");
    context(own);
    refuse(own.path("privileged").asBoolean(), "privileged");
    refuse(own.path("allowPrivilegeEscalation").asBoolean(true), "allowPrivilegeEscalation");
    refuse(!first(own, podContext, "runAsNonRoot").asBoolean(), "runAsNonRoot");
    refuse(
        !SECCOMP.contains(first(own, podContext, "seccompProfile").path("type").asText()),
        "seccompProfile");
    refuse(
        !own.path("procMount").isMissingNode() && !own.path("procMount").asText().equals("Default"),
        "procMount");
    refuse(Manifest.stream(own.at("/capabilities/drop")).noneMatch(is("ALL")), "capabilities kept");
    refuse(
        Manifest.stream(own.at("/capabilities/add")).anyMatch(is("NET_BIND_SERVICE").negate()),
        "capabilities added");
    for (JsonNode port : container.path("ports")) {
      refuse(port.path("hostPort").asInt() != 0, "hostPort");
    }
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      refuse(container.path(probe).at("/httpGet").has("host"), probe + " with a host");
    }
  }

  /** What pods and containers may both say. */
  private void context(JsonNode context) {
    refuse(context.has("runAsUser") && context.path("runAsUser").asInt() == 0, "runAsUser 0");
    refuse(context.at("/windowsOptions/hostProcess").asBoolean(), "hostProcess");
    refuse(context.has("seLinuxOptions"), "seLinuxOptions");
    refuse(
        context.at("/appArmorProfile/type").asText("RuntimeDefault").equals("Unconfined"),
        "appArmorProfile");
  }

  private static JsonNode first(JsonNode container, JsonNode pod, String field) {
    return container.has(field) ? container.path(field) : pod.path(field);
  }

  private static Predicate<JsonNode> is(String text) {
    return node -> node.asText().equals(text);
  }

  private void refuse(boolean violated, String rule) {
    if (violated) {
      violations.add(rule);
    }
  }
}
