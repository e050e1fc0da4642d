package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL says a role may do; a whole gateway runs as such a role in MigrateIT. */
class RuntimeRoleTest {
  private TestDatabase database;
  private String role;

  @BeforeEach
  void create() {
    database = TestDatabase.migrated();
    role = "The \"gateway\" of " + database.name();
    TestDatabase.administer("create role %s login password 'secret'".formatted(quoted()));
  }

  @AfterEach
  void drop() {
    database.close();
    TestDatabase.administer("drop role " + quoted());
  }

  private String quoted() {
    return '"' + role.replace("\"", "\"\"") + '"';
  }

  private List<String> allow(String name) {
    return RuntimeRole.allow(database.flyway().getConfiguration(), name);
  }

  private List<String> rights() throws SQLException {
    return database.texts(
        """
        select c.relname || ': ' || string_agg(a.privilege_type, ' ' order by a.privilege_type)
        from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
        where r.rolname = '%s' and c.relkind in ('r', 'p', 'S') group by c.relname order by 1
        """
            .formatted(role));
  }

  @Test
  void rowsOfAllTablesAndOfTheAuditLogOnlyMore() throws SQLException {
    assertThat(allow(role)).first().asString().contains("may run gateways");

    assertThat(rights())
        .contains(
            "audit_chain: SELECT UPDATE",
            "audit_checkpoint: INSERT SELECT",
            "audit_event: INSERT SELECT",
            "audit_event_number: USAGE",
            "flyway_schema_history: SELECT",
            "account: DELETE INSERT SELECT UPDATE")
        .noneMatch(right -> right.matches("audit_event_\\d.*"))
        .filteredOn(right -> !right.matches("(audit|flyway)_.*"))
        .allMatch(right -> right.endsWith(": DELETE INSERT SELECT UPDATE"))
        .hasSameSizeAs(
            database.texts(
                "select tablename from pg_tables where schemaname = 'public'"
                    + " and tablename not like 'audit%' and tablename not like 'flyway%'"));
  }

  @Test
  void whatItHadBeyondIsTakenFromIt() throws SQLException {
    allow(role);
    List<String> before = rights();
    database.execute("grant all on all tables in schema public to " + quoted());
    database.execute("grant all on all sequences in schema public to " + quoted());

    allow(role);

    assertThat(rights()).isEqualTo(before);
  }

  @Test
  void manyAtOnceDoNotDisturbEachOther() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> runs = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        runs.add(all.submit(() -> allow(role)));
      }
      for (Future<List<String>> run : runs) {
        assertThat(run.get()).isNotEmpty();
      }
    }
  }

  @Test
  void tellsOfASchemaInWhichItMayCreate() throws SQLException {
    assertThat(allow(role)).hasSize(1);

    database.execute("grant create on schema public to public");
    assertThat(allow(role)).hasSize(2).last().asString().contains("may also create tables");
  }

  @Test
  void refusesRolesThatNothingKeepsFromAnything() throws SQLException {
    refuses("nobody_at_all", "does not exist");
    refuses(database.username(), "is the one that migrates");

    TestDatabase.administer("grant " + database.username() + " to " + quoted());
    refuses(role, "is a member of the role that migrates");

    TestDatabase.administer("alter role %s bypassrls".formatted(quoted()));
    refuses(role, "has BYPASSRLS");
    assertThat(rights()).isEmpty();
  }

  @Test
  void aRoleThatMayNotGrant() {
    String other = "poor_of_" + database.name();
    TestDatabase.administer("create role %s login password 'secret'".formatted(other));

    assertThatThrownBy(
            () -> RuntimeRole.allow(database.flyway(other, "secret").getConfiguration(), role))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("nothing was changed: ERROR: permission denied");
    TestDatabase.administer("drop role " + other);
  }

  private void refuses(String name, String why) {
    assertThatThrownBy(() -> allow(name))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(name)
        .hasMessageContaining(why);
  }
}
