package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * All pods, those of hooks too, run where Pod Security "restricted" is enforced, and do with less.
 */
class PodSecurityTest {
  @EverySet
  void podsAreRestricted(String set) {
    List<Manifest> pods = Chart.WHOLE.render(set).withPods();
    assertThat(pods).isNotEmpty();
    for (Manifest manifest : pods) {
      assertThat(PodSecurity.violations(manifest.podSpec())).as(manifest.toString()).isEmpty();
    }
  }

  @EverySet
  void andTheyWriteNowhereButInTheirVolumes(String set) {
    for (Manifest manifest : Chart.WHOLE.render(set).withPods()) {
      JsonNode pod = manifest.podSpec();
      assertThat(manifest.container().at("/securityContext/readOnlyRootFilesystem").asBoolean())
          .as(manifest.toString())
          .isTrue();
      assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
      assertThat(pod.at("/securityContext/fsGroup").asInt()).isEqualTo(10001);
      assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
      assertThat(pod.path("automountServiceAccountToken").asBoolean(true))
          .as("token of %s", manifest)
          .isEqualTo(manifest.name().endsWith("-make-keys"));
      List<String> mounted =
          Manifest.stream(manifest.container().path("volumeMounts"))
              .filter(m -> !m.path("readOnly").asBoolean())
              .map(m -> m.path("mountPath").asText())
              .toList();
      assertThat(mounted).contains("/tmp", "/var/lib/quaymaster/data");
      assertThat(mounted).allMatch(p -> p.equals("/tmp") || p.startsWith("/var/lib/quaymaster/"));
    }
  }

  @EverySet
  void eachMountHasItsVolumeAndEachVolumeItsMount(String set) {
    for (Manifest manifest : Chart.WHOLE.render(set).withPods()) {
      List<String> volumes =
          Manifest.stream(manifest.podSpec().path("volumes"))
              .map(v -> v.path("name").asText())
              .toList();
      List<String> mounts =
          Manifest.stream(manifest.container().path("volumeMounts"))
              .map(v -> v.path("name").asText())
              .distinct()
              .toList();
      List<String> claims =
          Manifest.stream(manifest.at("/spec/volumeClaimTemplates"))
              .map(v -> v.at("/metadata/name").asText())
              .toList();
      assertThat(volumes).doesNotHaveDuplicates();
      assertThat(mounts)
          .as(manifest.toString())
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(volumes.stream(), claims.stream()).toList());
    }
  }

  @Test
  void aPlatformMayChooseTheUser() {
    JsonNode context =
        Chart.WHOLE
            .render(
                Chart.RELEASE,
                Chart.minimalAnd("podSecurity: {runAsUser: null, runAsGroup: null, fsGroup: null}"))
            .gateways()
            .podSpec()
            .path("securityContext");
    assertThat(context.has("runAsUser")).isFalse();
    assertThat(context.has("fsGroup")).isFalse();
    assertThat(context.path("runAsNonRoot").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hostNetwork: true | hostNetwork",
        "volumes: [{name: a, hostPath: {path: /}}] | volume type hostPath",
        "securityContext: {runAsUser: 0} | runAsUser 0",
        "securityContext: {sysctls: [{name: kernel.msgmax}]} | sysctl kernel.msgmax",
        "securityContext: {seLinuxOptions: {level: s0}} | seLinuxOptions",
        "containers: [{}] | allowPrivilegeEscalation",
        "containers: [{}] | runAsNonRoot",
        "containers: [{}] | seccompProfile",
        "containers: [{}] | capabilities kept",
        "containers: [{securityContext: {privileged: true}}] | privileged",
        "containers: [{securityContext: {capabilities: {add: [CHOWN]}}}] | capabilities added",
        "containers: [{securityContext: {procMount: Unmasked}}] | procMount",
        "containers: [{ports: [{hostPort: 22}]}] | hostPort",
        "initContainers: [{}] | runAsNonRoot",
      })
  void theRulesBite(String pod, String violation) {
    assertThat(PodSecurity.violations(Project.yaml(pod))).contains(violation);
  }
}
