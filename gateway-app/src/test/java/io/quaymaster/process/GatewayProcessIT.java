package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.db.Rows;
import io.quaymaster.db.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of the packaged gateway: started, asked, stopped, killed, started again. */
class GatewayProcessIT {
  private static final String INSERT =
      "insert into tenant (name, display_name, created_at, updated_at, version)"
          + " values ('%s', 'x', now(), now(), 0)";

  @TempDir Path folder;

  @Test
  void survivesTermAndKillWithItsKeysTokenAndData() throws Exception {
    GatewayProcess first =
        GatewayProcess.in(folder).asPackaged().with("TZ", "Pacific/Auckland").start();
    String token = first.adminToken();
    List<String> keys = hostKeys(first);
    sql(first, INSERT.formatted("before-term"));
    assertThatSecretsAreKept(first);
    assertThatManagementAnswersNoMoreThanItShould(first);

    assertThat(first.stop()).isZero();
    assertThat(folder.resolve("data/postgres/data/postmaster.pid")).doesNotExist();

    GatewayProcess second = first.restart();
    sql(second, INSERT.formatted("before-kill"));
    second.kill9();

    try (GatewayProcess third = second.restart()) {
      assertThat(third.adminToken()).isEqualTo(token);
      assertThat(hostKeys(third)).isEqualTo(keys).hasSize(3);
      assertThat(tenants(third)).containsExactly("before-kill", "before-term");
      assertThat(third.log()).contains("Stopping the PostgreSQL that an earlier run left behind");
      assertThatLogIsInUtc(third.log());
      // The manifest opens of the JDK what the fast way needs.
      assertThat(third.log()).doesNotContain("start with java -jar");
      assertThat(first.log() + second.log() + third.log()).doesNotContain(token, "Exception");
    }
  }

  private static void assertThatSecretsAreKept(GatewayProcess gateway) throws Exception {
    for (String file :
        List.of(
            "admin-token",
            "seal-key",
            "postgres/password",
            "host-keys/ssh_host_ed25519_key",
            "host-keys/ssh_host_ecdsa_key",
            "host-keys/ssh_host_rsa_key")) {
      assertThat(mode(gateway, file)).as(file).isEqualTo("rw-------");
    }
    for (String dir : List.of("", "host-keys", "postgres")) {
      assertThat(mode(gateway, dir)).as("folder " + dir).isEqualTo("rwx------");
    }
    assertThat(show(gateway, "fsync")).isEqualTo("on");
    assertThat(show(gateway, "synchronous_commit")).isEqualTo("on");
    assertThat(show(gateway, "unix_socket_directories")).isEmpty();
  }

  private static void assertThatManagementAnswersNoMoreThanItShould(GatewayProcess gateway)
      throws Exception {
    for (String probe : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
      assertThat(get(gateway, probe).body()).isEqualTo("{\"status\":\"UP\"}");
    }
    assertThat(get(gateway, "/actuator/prometheus").body())
        .contains("jvm_memory_used_bytes", "hikaricp_connections");
    for (String hidden : List.of("/actuator", "/actuator/env", "/actuator/heapdump", "/")) {
      assertThat(get(gateway, hidden).statusCode()).as(hidden).isEqualTo(404);
    }
  }

  @Test
  void runsOnAnotherPostgresWithARoleThatOnlyReadsAndWritesRows() throws Exception {
    try (TestDatabase database = TestDatabase.migrated()) {
      String role = "rows_of_" + database.name();
      TestDatabase.administer("create role %s login password 'its secret'".formatted(role));
      database.execute(
          """
          grant select, insert, update, delete on all tables in schema public to %1$s;
          grant usage on all sequences in schema public to %1$s
          """
              .formatted(role));

      try (GatewayProcess gateway =
          GatewayProcess.in(folder)
              .with("SPRING_DATASOURCE_URL", database.url())
              .with("SPRING_DATASOURCE_USERNAME", role)
              .with("SPRING_DATASOURCE_PASSWORD", "its secret")
              .with("QUAYMASTER_DATABASE_MIGRATE", "false")
              .with("SPRING_DATASOURCE_HIKARI_CONNECTION_TIMEOUT", "1000")
              .start()) {
        assertThat(get(gateway, "/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(folder.resolve("data/postgres")).doesNotExist();

        TestDatabase.administer("alter role %s nologin".formatted(role));
        TestDatabase.administer(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
                .formatted(role));
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> get(gateway, "/actuator/health/readiness").statusCode() == 503);
        assertThat(get(gateway, "/actuator/health/liveness").statusCode()).isEqualTo(200);

        TestDatabase.administer("alter role %s login".formatted(role));
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> get(gateway, "/actuator/health/readiness").statusCode() == 200);
      }
    }
  }

  /** With this mode, a JVM that cannot use the cache does not start. */
  @Test
  void startsFromTheCacheOfItsClasses() throws Exception {
    try (GatewayProcess gateway =
        GatewayProcess.in(folder).with("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on").start()) {
      assertThat(get(gateway, "/actuator/health/readiness").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void writesNothingButJsonWhereJsonIsAskedFor() {
    try (TestDatabase database = TestDatabase.empty();
        GatewayProcess gateway =
            GatewayProcess.in(folder)
                .with("SPRING_DATASOURCE_URL", database.url())
                .with("SPRING_DATASOURCE_USERNAME", database.username())
                .with("SPRING_DATASOURCE_PASSWORD", database.password())
                .with("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs")
                .start()) {
      assertThat(gateway.log().lines()).isNotEmpty().allMatch(line -> line.matches("\\{.*}"));
    }
  }

  private static void assertThatLogIsInUtc(String log) {
    Matcher time =
        Pattern.compile(
                "^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z) INFO ", Pattern.MULTILINE)
            .matcher(log);
    assertThat(time.find()).isTrue();
    assertThat(Duration.between(Instant.parse(time.group(1)), Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(10));
  }

  private static List<String> hostKeys(GatewayProcess gateway) {
    return gateway.log().lines().filter(line -> line.startsWith("  Host key ")).toList();
  }

  private static String mode(GatewayProcess gateway, String file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(gateway.dataFolder().resolve(file)));
  }

  private static HttpResponse<String> get(GatewayProcess gateway, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + gateway.managementPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void sql(GatewayProcess gateway, String sql) throws Exception {
    try (Connection connection = gateway.connectToDatabase();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String show(GatewayProcess gateway, String setting) throws Exception {
    return texts(gateway, "show " + setting).getFirst();
  }

  private static List<String> tenants(GatewayProcess gateway) throws Exception {
    return texts(gateway, "select name from tenant order by name");
  }

  private static List<String> texts(GatewayProcess gateway, String sql) throws Exception {
    try (Connection connection = gateway.connectToDatabase()) {
      return Rows.texts(connection, sql);
    }
  }
}
