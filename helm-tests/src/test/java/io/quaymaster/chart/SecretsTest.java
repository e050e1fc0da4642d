package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Secrets are referred to, never rendered: no upgrade can change one. */
class SecretsTest {
  /**
   * What would make a render differ from the one before: chance, time, what the cluster has, and
   * whether it is an upgrade.
   */
  private static final List<String> INCONSTANT =
      List.of(
          "lookup",
          "rand",
          "genPrivateKey",
          "genCA",
          "genSelfSignedCert",
          "genSignedCert",
          "uuidv4",
          "derivePassword",
          "htpasswd",
          "bcrypt",
          "encryptAES",
          "now",
          "Release.IsInstall",
          "Release.IsUpgrade",
          "Release.Revision");

  /** What is between braces and no comment. */
  private static final Pattern ACTION = Pattern.compile("\\{\\{(?!-? */\\*).*?}}", Pattern.DOTALL);

  @EverySet
  void noneIsRendered(String set) {
    assertThat(Chart.WHOLE.render(set).has("Secret")).isFalse();
  }

  @Test
  void noTemplateDependsOnChanceTimeOrCluster() throws IOException {
    try (Stream<Path> templates = Files.list(Project.CHART.resolve("templates"))) {
      for (Path template : (Iterable<Path>) templates::iterator) {
        String actions =
            String.join(
                "\n",
                ACTION
                    .matcher(Project.text(template))
                    .results()
                    .map(r -> r.group().replaceAll("\"[^\"]*\"", ""))
                    .toList());
        for (String word : INCONSTANT) {
          assertThat(actions)
              .as("%s in %s", word, template.getFileName())
              .doesNotContainPattern("\\b" + word + (word.equals("rand") ? "" : "\\b"));
        }
      }
    }
  }

  @EverySet
  void theNextVersionRefersToTheSameSecrets(String set) {
    JsonNode values = Project.yaml(Project.values(set));
    Rendered now = Chart.WHOLE.render(Chart.RELEASE, values);
    Rendered next =
        Chart.WHOLE.render(
            Chart.RELEASE,
            Chart.merged(
                (ObjectNode) values,
                Project.yaml(
                    "{image: {tag: 9.9.9, digest: ''}, config: {quaymaster: {demo: false}}}")));
    assertThat(secretNames(next)).isEqualTo(secretNames(now)).isNotEmpty();
    assertThat(next.text()).isNotEqualTo(now.text());
  }

  @Test
  void keysAreMountedWhereTheGatewayLooksForThem() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    assertThat(gateways.variable("QUAYMASTER_SSH_HOST_KEY_DIR").path("value").asText())
        .isEqualTo("/etc/quaymaster/keys");
    assertThat(gateways.variable("QUAYMASTER_SEAL_KEY_FILE").path("value").asText())
        .isEqualTo("/etc/quaymaster/keys/seal-key");
    assertThat(gateways.variable("QUAYMASTER_AUDIT_KEY_FILE").path("value").asText())
        .isEqualTo("/etc/quaymaster/keys/audit-key");
    assertThat(gateways.variable("QUAYMASTER_ADMIN_TOKEN_FILE").path("value").asText())
        .isEqualTo("/etc/quaymaster/keys/admin-token");
    JsonNode mount =
        Manifest.stream(gateways.container().path("volumeMounts"))
            .filter(m -> m.path("name").asText().equals("keys"))
            .findFirst()
            .orElseThrow();
    assertThat(mount.path("mountPath").asText()).isEqualTo("/etc/quaymaster/keys");
    assertThat(mount.path("readOnly").asBoolean()).isTrue();
  }

  @EverySet
  void mountedSecretsAreForTheProcessAndItsGroupOnly(String set) {
    for (Manifest manifest : Chart.WHOLE.render(set).withPods()) {
      for (JsonNode volume : manifest.podSpec().path("volumes")) {
        if (volume.has("secret")) {
          assertThat(volume.at("/secret/defaultMode").asInt()).isEqualTo(0440);
        }
      }
    }
  }

  @Test
  void keysThatWereBroughtAlongAreMountedAndNamedInTheNotes() {
    Rendered rendered = Chart.WHOLE.render("shared-disk");
    assertThat(secretNames(rendered)).contains("our-keys").doesNotContain("gw-quaymaster-keys");
    assertThat(rendered.notes()).contains("get secret our-keys");
  }

  private static Set<String> secretNames(Rendered rendered) {
    Set<String> names = new TreeSet<>();
    for (Manifest manifest : rendered.manifests()) {
      manifest.body().findValues("secretKeyRef").forEach(r -> names.add(r.path("name").asText()));
      manifest.body().findValues("secretName").forEach(n -> names.add(n.asText()));
      if (manifest.name().endsWith("-make-keys") && manifest.kind().equals("Job")) {
        names.add(manifest.container().at("/args/1").asText());
      }
    }
    return names;
  }
}
