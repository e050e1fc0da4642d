package io.quaymaster.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit log only grows: for its owner, and for a role that owns nothing. */
class AuditTablesTest {
  private static final String ROW =
      "insert into audit_event (chain, sequence, recorded_at, hash, uid, at, action, outcome,"
          + " detail) values ('acme', 1, now(), sha256('x'), gen_random_uuid(), now(), 'login',"
          + " 'ok', '{}')";
  private static final String CHECKPOINT =
      "insert into audit_checkpoint (chain, sequence, kind, hash, at, key_id, signature)"
          + " values ('acme', 1, 'regular', sha256('x'), now(), 'k', sha512('x'))";
  private static final String TENANT =
      "insert into tenant (name, display_name, created_at, updated_at, version)"
          + " values ('acme', 'Acme', now(), now(), 0)";
  private static final List<String> TABLES =
      List.of("audit_event", "audit_checkpoint", "audit_chain");

  private TestDatabase database;
  private String role;

  @BeforeEach
  void create() throws SQLException {
    database = TestDatabase.empty();
    role = "gateway_of_" + database.name();
    TestDatabase.administer("create role %s login password 'secret'".formatted(role));
  }

  @AfterEach
  void drop() {
    database.close();
    TestDatabase.administer("drop role " + role);
  }

  private static void run(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String text(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return Objects.requireNonNull(row.getString(1));
    }
  }

  private void fill() throws SQLException {
    database.flyway().migrate();
    database.execute(TENANT);
    database.execute("update audit_chain set sequence = 1 where chain = 'acme'");
    database.execute(ROW);
    database.execute(CHECKPOINT);
  }

  @Test
  void itsOwnerCannotChangeIt() throws SQLException {
    fill();
    for (String table : TABLES) {
      for (String sql : List.of("update %s set sequence = 1", "delete from %s", "truncate %s")) {
        assertThatThrownBy(() -> database.execute(sql.formatted(table)))
            .as(sql, table)
            .hasMessageContaining("only grows");
      }
    }
    String partition =
        text(
            "select max(inhrelid::regclass::text) from pg_inherits where"
                + " inhparent = 'audit_event'::regclass");
    assertThatThrownBy(() -> database.execute("truncate " + partition))
        .hasMessageContaining("only grows");
    database.execute("update audit_chain set sequence = 2 where chain = 'acme'");
  }

  @Test
  void aRoleOfItsOwnMayAppendAndNoMore() throws SQLException {
    fill();
    database.execute("grant select, insert, update, delete on tenant to " + role);
    database.execute("select audit_allow('%s')".formatted(role));
    DataSource gateway = database.dataSource(role, "secret");

    run(gateway, ROW.replace(", 1,", ", 2,"));
    run(gateway, CHECKPOINT.replace(", 1,", ", 2,"));
    run(gateway, "update audit_chain set sequence = 2 where chain = 'acme'");
    run(gateway, "select audit_make_partitions(now(), now() + interval '5 months')");
    run(gateway, "select audit_drop_partitions(now() - interval '2 years')");
    run(gateway, TENANT.replace("'acme'", "'globex'"));
    assertThat(text("select chain from audit_chain where chain = 'globex'")).isEqualTo("globex");

    for (String table : List.of("audit_event", "audit_checkpoint")) {
      for (String sql :
          List.of(
              "update %s set sequence = 1",
              "delete from %s",
              "truncate %s",
              "drop table %s",
              "alter table %s disable trigger user")) {
        assertThatThrownBy(() -> run(gateway, sql.formatted(table)))
            .as(sql, table)
            .satisfiesAnyOf(
                e -> assertThat(e).hasMessageContaining("permission denied"),
                e -> assertThat(e).hasMessageContaining("must be owner"));
      }
    }
    assertThatThrownBy(() -> run(gateway, "select audit_drop_partitions('infinity')"))
        .hasMessageContaining("30 days");
    assertThatThrownBy(() -> run(gateway, "select audit_allow('%s')".formatted(role)))
        .hasMessageContaining("permission denied");
  }

  /** A chain that has rows in a month must have its cut before the month goes. */
  @Test
  void nobodyDropsAMonthWithoutACut() throws SQLException {
    fill();
    database.execute("select audit_make_partitions(now() - interval '100 days', now())");
    database.execute(ROW.replace("'acme', 1, now()", "'acme', 1, now() - interval '100 days'"));

    assertThatThrownBy(
            () -> database.execute("select audit_drop_partitions(now() - interval '60 days')"))
        .hasMessageContaining("the chain 'acme' has no cut");

    database.execute(CHECKPOINT.replace("regular", "cut"));
    assertThat(text("select audit_drop_partitions(now() - interval '60 days')::text"))
        .isNotEqualTo("0");
    assertThat(text("select count(*) from audit_event")).isEqualTo("1");
    assertThatThrownBy(() -> database.execute("delete from audit_checkpoint"))
        .as("its guard is back")
        .hasMessageContaining("only grows");
  }

  @Test
  void olderRowsAreTakenAlongWithTheRightsOnThem() throws SQLException {
    Flyway.configure()
        .configuration(database.flyway().getConfiguration())
        .target(MigrationVersion.fromVersion("2"))
        .load()
        .migrate();
    database.execute(TENANT);
    database.execute("grant select, insert, update, delete on audit_event to " + role);
    database.execute(
        """
        insert into audit_event (uid, at, tenant, account, action, outcome, detail)
        select gen_random_uuid(), now() - (100 - i) * interval '1 day',
               case i % 3 when 0 then 'acme' when 1 then 'stranger' end, 'ä', 'login', 'ok',
               jsonb_build_object('n', i, 'zz', 'ü', 'a', null)
        from generate_series(1, 100) i
        """);
    String before =
        text("select string_agg(id || ' ' || uid || ' ' || at, ',' order by id) from audit_event");

    database.flyway().migrate();

    assertThat(
            text(
                "select string_agg(id || ' ' || uid || ' ' || at, ',' order by id) from"
                    + " audit_event"))
        .isEqualTo(before);
    assertThat(
            text(
                "select string_agg(chain || '=' || sequence, ' ' order by chain) from audit_chain"))
        .isEqualTo("=67 acme=33");
    assertThat(
            text(
                "select count(*) from audit_chain c join audit_event e"
                    + " on e.chain = c.chain and e.sequence = c.sequence and e.hash = c.hash"))
        .isEqualTo("2");
    assertThat(text("select nextval('audit_event_number')")).isEqualTo("101");
    DataSource gateway = database.dataSource(role, "secret");
    run(gateway, ROW.replace("'acme', 1,", "'acme', 34,"));
    assertThatThrownBy(() -> run(gateway, "delete from audit_event"))
        .hasMessageContaining("permission denied");
  }
}
