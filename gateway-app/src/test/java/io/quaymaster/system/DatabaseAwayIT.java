package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database goes away while partners are at work, and comes back. */
class DatabaseAwayIT {
  private static final int MIB = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final String AVAILABLE = "quaymaster_database_available";

  @TempDir Path folder;

  @Test
  void nothingHangsNothingIsLostAndNoRestartIsNeeded() throws Exception {
    try (TestDatabase database = TestDatabase.migrated()) {
      String role = roleOfItsOwn(database);
      GatewayProcess.Setup setup =
          GatewayProcess.in(folder)
              .with("SPRING_DATASOURCE_URL", database.url())
              .with("SPRING_DATASOURCE_USERNAME", role)
              .with("SPRING_DATASOURCE_PASSWORD", "its secret")
              .with("QUAYMASTER_DATABASE_MIGRATE", "false")
              .with("SPRING_DATASOURCE_HIKARI_CONNECTION_TIMEOUT", "1000")
              .with("QUAYMASTER_QUOTA_PATIENCE", "1s")
              // So that an upload under way soon needs the ledger.
              .with("QUAYMASTER_QUOTA_LARGEST_BLOCK", "1MB");
      try (Quay quay = Quay.start(setup)) {
        quay.tenant("acme", Map.of());
        Partner alice =
            quay.partner(
                "alice@acme",
                Map.of("limits", Map.of("bytes", 100L * MIB, "bytesPerSecond", 4L * MIB)));
        OpenSsh client = alice.openSsh();
        client.write("small", 100_000);
        client.write("big", 32 * MIB);
        try (Prompt alreadyIn = Prompt.open(client).does("put small")) {
          Upload upload = Upload.begin(client, "put big").hasBrought(2 * MIB, alice.file("big"));

          takeAway(role);

          await().atMost(SOON).until(() -> quay.health("readiness") == 503);
          assertThat(quay.health("liveness")).isEqualTo(200);
          assertThatRestSaysSo(quay);
          await().atMost(SOON).until(() -> quay.metrics().of(AVAILABLE) == 0);
          assertThat(quay.metrics().of("quaymaster_ready")).as("the ports are open").isEqualTo(1);
          assertThat(upload.ends(SOON)).as(upload.said()).isNotZero();
          client.sftp("ls").fails("");
          alreadyIn.does("get small back");
          assertThat(OpenSsh.sha256(client.local("back")))
              .isEqualTo(OpenSsh.sha256(client.local("small")));

          giveBack(role);

          await().atMost(SOON).until(() -> quay.health("readiness") == 200);
          await().atMost(SOON).until(() -> quay.metrics().of(AVAILABLE) == 1);
          alreadyIn.does("put small afterwards");
        }
        assertThatTheOutageIsToldAndOver(quay, alice);
      }
    }
  }

  private static String roleOfItsOwn(TestDatabase database) throws SQLException {
    String role = "gateway_of_" + database.name();
    TestDatabase.administer("create role %s login password 'its secret'".formatted(role));
    database.execute(
        """
        grant select, insert, update, delete on all tables in schema public to %1$s;
        grant usage on all sequences in schema public to %1$s
        """
            .formatted(role));
    return role;
  }

  private static void takeAway(String role) {
    TestDatabase.administer("alter role %s nologin".formatted(role));
    TestDatabase.administer(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
            .formatted(role));
  }

  private static void giveBack(String role) {
    TestDatabase.administer("alter role %s login".formatted(role));
  }

  private static void assertThatRestSaysSo(Quay quay) {
    AdminClient.Answer answer = quay.admin().send("GET", "/tenants", null);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.body().get("status").intValue()).isEqualTo(503);
  }

  private static void assertThatTheOutageIsToldAndOver(Quay quay, Partner alice) {
    assertThat(OpenSsh.sha256(alice.file("afterwards")))
        .isEqualTo(OpenSsh.sha256(alice.file("small")));
    assertThat(alice.transferOf("/big").get("outcome").stringValue()).isEqualTo("failed");
    assertThat(alice.transferOf("/big").get("code").stringValue()).isEqualTo("LEDGER_UNAVAILABLE");
    assertThat(alice.transfers())
        .filteredOn(t -> t.get("direction").stringValue().equals("download"))
        .singleElement()
        .satisfies(
            t -> assertThat(t.get("outcome").stringValue()).isEqualTo("completed"),
            t -> assertThat(t.get("bytes").longValue()).isEqualTo(100_000));
    assertThat(quay.metrics().of("quaymaster_storage_errors_total", "code=\"LEDGER_UNAVAILABLE\""))
        .isPositive();
    assertThat(quay.metrics().of("quaymaster_refusals_total", "code=\"UNAVAILABLE\"")).isPositive();
    assertThat(quay.metrics().of("http_server_requests_seconds_count", "outcome=\"SERVER_ERROR\""))
        .isPositive();
    quay.isExact("acme", alice);
    OpenSsh client = alice.openSsh();
    alice.limit("bytesPerSecond", null);
    client.sftp("reput big").succeeds();
    assertThat(OpenSsh.sha256(alice.file("big"))).isEqualTo(OpenSsh.sha256(client.local("big")));
    quay.isExact("acme", alice);
    assertThat(quay.process().log())
        .containsOnlyOnce("The quota ledger's database does not answer")
        .containsOnlyOnce("The quota ledger's database answers again")
        .doesNotContain("DataSource health check failed", "HHH000247");
  }
}
