package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is done before a release: the keys and the migration. */
class HooksTest {
  /** These the Job that makes the keys reads or makes; the Job itself comes after them. */
  private static final int BEFORE_ANY_JOB = -25;

  @EverySet
  void theCopyThatIsTestedDiffersInItsHooksOnly(String set) {
    Set<JsonNode> real = bodies(Chart.REAL.render(set).manifests());
    Rendered whole = Chart.WHOLE.render(set);
    assertThat(bodies(whole.manifests().stream().filter(m -> !m.isHook()).toList()))
        .isEqualTo(real);
    assertThat(whole.notes()).isNotEmpty();
  }

  @EverySet
  void hooksRunBeforeInstallAndUpgradeAndLeaveNothingBehind(String set) {
    List<Manifest> hooks =
        Chart.WHOLE.render(set).manifests().stream().filter(Manifest::isHook).toList();
    for (Manifest hook : hooks) {
      assertThat(hook.annotations())
          .as(hook.toString())
          .containsEntry(Chart.HOOK, "pre-install,pre-upgrade")
          .containsEntry("helm.sh/hook-delete-policy", "before-hook-creation,hook-succeeded");
      int weight = Integer.parseInt(hook.annotations().get("helm.sh/hook-weight"));
      assertThat(weight > BEFORE_ANY_JOB).as(hook.toString()).isEqualTo(hook.kind().equals("Job"));
    }
  }

  @EverySet
  void whatIsNoHookIsNoJob(String set) {
    assertThat(Chart.WHOLE.render(set).all("Job")).allMatch(Manifest::isHook);
  }

  @Test
  void theKeysAreMadeByAJobThatMayCreateSecretsAndReadNone() {
    Rendered rendered = Chart.WHOLE.render("minimal");
    Manifest job = rendered.one("Job", "-make-keys");
    assertThat(texts(job.container().path("args")))
        .containsExactly("make-keys", "gw-quaymaster-keys");
    assertThat(job.podSpec().path("automountServiceAccountToken").asBoolean()).isTrue();
    String account = job.podSpec().path("serviceAccountName").asText();
    assertThat(rendered.all("ServiceAccount").filter(Manifest::isHook).map(Manifest::name))
        .containsExactly(account);

    Manifest binding = rendered.one("RoleBinding", "");
    assertThat(binding.at("/subjects")).hasSize(1);
    assertThat(binding.at("/subjects/0/name").asText()).isEqualTo(account);
    assertThat(binding.at("/subjects/0/namespace").asText()).isEqualTo(Chart.NAMESPACE);

    Manifest role = rendered.one("Role", "");
    assertThat(binding.at("/roleRef/name").asText()).isEqualTo(role.name());
    assertThat(role.at("/rules"))
        .isEqualTo(Project.yaml("[{apiGroups: [''], resources: [secrets], verbs: [create]}]"));
  }

  @Test
  void keysThatWereBroughtAlongNeedNoJobAndNoRole() {
    Rendered rendered = Chart.WHOLE.render("shared-disk");
    assertThat(rendered.has("Job")).isFalse();
    assertThat(rendered.has("Role")).isFalse();
    assertThat(rendered.has("RoleBinding")).isFalse();
  }

  @Test
  void theMigrationHasARoleOfItsOwnAndTheGatewaysCannotChangeTheSchema() {
    Rendered rendered = Chart.WHOLE.render("buckets");
    Manifest job = rendered.one("Job", "-migrate");
    assertThat(texts(job.container().path("args"))).containsExactly("migrate");
    assertThat(job.variable("SPRING_DATASOURCE_PASSWORD").at("/valueFrom/secretKeyRef/name"))
        .hasToString("\"quaymaster-database-owner\"");
    assertThat(job.variable("QUAYMASTER_DATABASE_RUNTIME_ROLE").path("value").asText())
        .isEqualTo("quaymaster");
    assertThat(job.podSpec().path("automountServiceAccountToken").asBoolean()).isFalse();
    assertThat(job.variable("SPRING_DATASOURCE_URL"))
        .isEqualTo(rendered.gateways().variable("SPRING_DATASOURCE_URL"));

    Manifest gateways = rendered.gateways();
    assertThat(gateways.variable("QUAYMASTER_DATABASE_MIGRATE").path("value").asText())
        .isEqualTo("false");
    assertThat(gateways.body().toString())
        .doesNotContain("quaymaster-database-owner", "RUNTIME_ROLE");
  }

  @Test
  void theMigrationGrantsNothingUnlessItIsToldWhom() {
    Manifest job = Chart.WHOLE.render("minimal").one("Job", "-migrate");
    assertThat(job.variable("QUAYMASTER_DATABASE_RUNTIME_ROLE").isMissingNode()).isTrue();
  }

  @Test
  void whoMigrates() {
    Map<String, String> migrates = Map.of("job", "false", "none", "false", "gateway", "true");
    migrates.forEach(
        (mode, itself) -> {
          String owner = mode.equals("job") ? "owner" : "";
          Rendered rendered =
              Chart.WHOLE.render(
                  Chart.RELEASE,
                  Chart.minimalAnd(
                      "migration: {mode: %s, existingSecret: '%s'}".formatted(mode, owner)));
          assertThat(rendered.all("Job").anyMatch(j -> j.name().endsWith("-migrate")))
              .isEqualTo(mode.equals("job"));
          assertThat(
                  rendered
                      .gateways()
                      .variable("QUAYMASTER_DATABASE_MIGRATE")
                      .path("value")
                      .asText())
              .isEqualTo(itself);
        });
  }

  private static Set<JsonNode> bodies(List<Manifest> manifests) {
    return manifests.stream().map(Manifest::body).collect(Collectors.toSet());
  }

  private static Stream<String> texts(JsonNode list) {
    return Manifest.stream(list).map(JsonNode::asText);
  }
}
