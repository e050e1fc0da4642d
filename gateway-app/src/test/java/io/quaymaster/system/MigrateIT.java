package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.process.GatewayProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One role migrates, another one runs gateways: by the command {@code migrate} of the packaged jar.
 */
class MigrateIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;
  private TestDatabase database;

  /** With all that an identifier must be quoted for. */
  private String role;

  @BeforeEach
  void createDatabase() {
    database = TestDatabase.empty();
    role = "Gateway-\"role\" of " + database.name();
    TestDatabase.administer("create role %s login password 'its secret'".formatted(quoted()));
  }

  @AfterEach
  void dropDatabase() {
    database.close();
    TestDatabase.administer("drop role " + quoted());
  }

  private String quoted() {
    return '"' + role.replace("\"", "\"\"") + '"';
  }

  private GatewayProcess.Setup migrate(String name) {
    return GatewayProcess.in(folder.resolve(name))
        .with("SPRING_DATASOURCE_URL", database.url())
        .with("SPRING_DATASOURCE_USERNAME", database.username())
        .with("SPRING_DATASOURCE_PASSWORD", database.password())
        .with("QUAYMASTER_DATABASE_RUNTIME_ROLE", role)
        .withArgument("migrate");
  }

  private GatewayProcess.Setup gateway() {
    return GatewayProcess.in(folder.resolve("gateway"))
        .with("SPRING_DATASOURCE_URL", database.url())
        .with("SPRING_DATASOURCE_USERNAME", role)
        .with("SPRING_DATASOURCE_PASSWORD", "its secret")
        .with("QUAYMASTER_DATABASE_MIGRATE", "false");
  }

  @Test
  void aGatewayRunsAsARoleThatMayDoNoMoreThanItNeeds() throws Exception {
    // No gateway starts before.
    assertThat(gateway().run().output()).contains("schema of the database is too old");
    migratesTwiceAtOnce();
    String month =
        DateTimeFormatter.ofPattern("uuuu_MM").format(YearMonth.now(ZoneOffset.UTC).plusMonths(2));
    database.execute("drop table audit_event_" + month);

    try (Quay quay = Quay.start(gateway())) {
      await()
          .atMost(SOON)
          .until(
              () -> !text("select to_regclass('audit_event_%s')".formatted(month)).equals("null"));
      for (String tenant : List.of("acme", "globex")) {
        quay.tenant(tenant, Map.of("bytes", 1_000_000L));
      }
      Partner alice = quay.partner("alice@acme", Map.of());
      alice.openSsh().write("report.csv", 10_000);
      alice.openSsh().sftp("put report.csv", "rename report.csv done.csv").succeeds();
      quay.isExact("acme", alice);
      await().atMost(SOON).untilAsserted(() -> assertThat(alice.audit()).hasSizeGreaterThan(2));
      assertThat(quay.admin().get("/audit/verify").get("intact").booleanValue()).isTrue();
      quay.admin().delete(alice.resource());

      refusesWhatOnlyTheOwnerDoes(month);
      isBoundToATenant();
      // An upgrade's migration, beside gateways that run.
      assertThat(migrate("again").run().status()).isZero();
      assertThat(quay.health("readiness")).isEqualTo(200);
      quay.tenant("initech", Map.of());
    }
  }

  private void migratesTwiceAtOnce() throws Exception {
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      List<Callable<GatewayProcess.Ended>> runs =
          List.of(() -> migrate("one").run(), () -> migrate("two").run());
      for (Future<GatewayProcess.Ended> run : both.invokeAll(runs)) {
        assertThat(run.get().output())
            .contains("The role " + role + " may run gateways.", "schema of the database is at");
        assertThat(run.get().status()).isZero();
      }
    }
  }

  private void refusesWhatOnlyTheOwnerDoes(String month) throws SQLException {
    for (String sql :
        List.of(
            "create table somebody_elses (id bigint)",
            "drop table tenant",
            "alter table audit_event disable trigger user",
            "truncate transfer",
            "truncate audit_event",
            "update audit_event set outcome = 'ok'",
            "delete from audit_event",
            "delete from audit_checkpoint",
            "delete from audit_chain",
            "update audit_event_%s set outcome = 'ok'".formatted(month),
            "delete from audit_event_%s".formatted(month),
            "delete from flyway_schema_history",
            "select audit_allow('public')",
            "select audit_bind_partition('tenant')")) {
      assertThatThrownBy(() -> asGateway(sql))
          .as(sql)
          .isInstanceOf(SQLException.class)
          .satisfiesAnyOf(
              e -> assertThat(e).hasMessageContaining("permission denied"),
              e -> assertThat(e).hasMessageContaining("must be owner"));
    }
  }

  private void isBoundToATenant() throws SQLException {
    String id = text("select id::text from tenant where name = 'globex'");
    assertThat(asGateway("select count(*) from tenant")).isEqualTo("2");
    assertThat(
            asGateway(
                "select set_config('quaymaster.tenant', '%s:globex', true) is null".formatted(id),
                "select string_agg(name, ' ') from tenant"))
        .isEqualTo("globex");
    assertThat(
            asGateway(
                "select set_config('quaymaster.tenant', '%s:globex', true) is null".formatted(id),
                "select count(*) from audit_event where tenant = 'acme'"))
        .isEqualTo("0");
  }

  /** Answers of the last statement, or nothing. */
  private String asGateway(String... statements) throws SQLException {
    try (Connection connection = database.dataSource(role, "its secret").getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      String answer = "";
      for (String sql : statements) {
        answer = "";
        if (statement.execute(sql)) {
          try (ResultSet row = statement.getResultSet()) {
            answer = row.next() ? String.valueOf(row.getString(1)) : "";
          }
        }
      }
      return answer;
    }
  }

  private String text(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  @Test
  void saysWhyItCannot() {
    refuses(
        migrate("no-url").with("SPRING_DATASOURCE_URL", ""), "SPRING_DATASOURCE_URL is not set");
    refuses(
        migrate("no-host").with("SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:1/q"),
        "cannot be reached");
    refuses(
        migrate("password").with("SPRING_DATASOURCE_PASSWORD", "wrong one"),
        "the user name or the password is wrong");
    refuses(
        migrate("rights")
            .with("SPRING_DATASOURCE_USERNAME", role)
            .with("SPRING_DATASOURCE_PASSWORD", "its secret"),
        "permission denied for schema public",
        "needs the right to create tables");
    refuses(
        migrate("misspelt").with("QUAYMASTER_DATABASE_RUNTIME_ROLES", "x"),
        "did you mean QUAYMASTER_DATABASE_RUNTIME_ROLE?");
    refuses(
        migrate("nobody").with("QUAYMASTER_DATABASE_RUNTIME_ROLE", "nobody at all"),
        "The role nobody at all",
        "does not exist");
    refuses(
        migrate("itself").with("QUAYMASTER_DATABASE_RUNTIME_ROLE", database.username()),
        "is the one that migrates");
  }

  private static void refuses(GatewayProcess.Setup setup, String... says) {
    GatewayProcess.Ended ended = setup.run();

    assertThat(ended.output())
        .startsWith("The migration failed. ")
        .contains(says)
        .doesNotContain("\tat ", "Exception", "wrong one");
    assertThat(ended.status()).isEqualTo(1);
  }
}
