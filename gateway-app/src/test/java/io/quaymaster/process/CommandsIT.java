package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway of a container, by the packaged jar's commands: its keys mounted, its health asked. */
class CommandsIT {
  @TempDir Path folder;

  @Test
  void theKeysThatWereMadeAreThoseOfTheGatewayAndItsHealthCanBeAsked() throws Exception {
    Path keys = mounted(run("make-keys", "quay-keys", "--print"));
    try (TestDatabase database = TestDatabase.empty();
        GatewayProcess gateway = setup(database, keys).start()) {
      assertThat(HostKeys.mountedAt(keys).shown())
          .hasSize(3)
          .allSatisfy(key -> assertThat(gateway.log()).contains(key.fingerprint()));
      assertThat(gateway.dataFolder().resolve("host-keys")).doesNotExist();
      assertThat(gateway.dataFolder().resolve("seal-key")).doesNotExist();
      assertThat(gateway.dataFolder().resolve("audit-key")).doesNotExist();
      String token = Files.readString(keys.resolve("admin-token")).strip();
      assertThat(tenantsAskedFor(gateway, token)).isEqualTo(200);
      assertThat(tenantsAskedFor(gateway, token + "x")).isEqualTo(401);

      GatewayProcess.Ended up = health(gateway);
      assertThat(up.output().strip()).isEqualTo("UP");
      assertThat(up.status()).isZero();

      gateway.stop();

      assertThat(health(gateway).output()).startsWith("not ready: ");
      assertThat(health(gateway).status()).isEqualTo(1);
    }
  }

  @Test
  void whatGoesWrongIsJsonWhereTheLogIs() {
    GatewayProcess.Ended ended =
        GatewayProcess.in(folder)
            .with("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs")
            .withArgument("make-keys")
            .withArgument("quay-keys")
            .run();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output().lines()).hasSize(1);
    assertThat(JsonMapper.builder().build().readTree(ended.output()).get("message").stringValue())
        .startsWith("The keys were not made. KUBERNETES_SERVICE_HOST is not set");
  }

  private static GatewayProcess.Setup with(GatewayProcess.Setup setup, Map<String, String> more) {
    GatewayProcess.Setup all = setup;
    for (Map.Entry<String, String> variable : more.entrySet()) {
      all = all.with(variable.getKey(), variable.getValue());
    }
    return all;
  }

  private GatewayProcess.Setup setup(TestDatabase database, Path keys) {
    return with(
        GatewayProcess.in(folder),
        Map.of(
            "SPRING_DATASOURCE_URL",
            database.url(),
            "SPRING_DATASOURCE_USERNAME",
            database.username(),
            "SPRING_DATASOURCE_PASSWORD",
            database.password(),
            "QUAYMASTER_SSH_HOST_KEY_DIR",
            keys.toString(),
            "QUAYMASTER_SEAL_KEY_FILE",
            keys.resolve("seal-key").toString(),
            "QUAYMASTER_AUDIT_KEY_FILE",
            keys.resolve("audit-key").toString(),
            "QUAYMASTER_ADMIN_TOKEN_FILE",
            keys.resolve("admin-token").toString()));
  }

  private String run(String... words) {
    GatewayProcess.Setup setup = GatewayProcess.in(folder);
    for (String word : words) {
      setup = setup.withArgument(word);
    }
    GatewayProcess.Ended ended = setup.run();
    assertThat(ended.status()).as(ended.output()).isZero();
    return ended.output();
  }

  private GatewayProcess.Ended health(GatewayProcess gateway) {
    return GatewayProcess.in(folder)
        .with("QUAYMASTER_MANAGEMENT_PORT", Integer.toString(gateway.managementPort()))
        .with("QUAYMASTER_BIND", "0.0.0.0")
        .withArgument("health")
        .run();
  }

  /** As Kubernetes does with a group that may read. */
  private Path mounted(String manifest) throws IOException {
    Path mount = Files.createDirectory(folder.resolve("mounted"));
    JsonNode data = JsonMapper.builder().build().readTree(manifest).get("data");
    for (Map.Entry<String, JsonNode> entry : data.properties()) {
      Path file = mount.resolve(entry.getKey());
      Files.write(file, Base64.getDecoder().decode(entry.getValue().stringValue()));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
    }
    return mount;
  }

  private static int tenantsAskedFor(GatewayProcess gateway, String token) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(gateway.adminUrl() + "/api/v1/tenants"))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }
}
