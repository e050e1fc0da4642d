package io.quaymaster.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;

/** The migrations on the real PostgreSQL. */
class MigrationsTest {
  /** A rule of the schema, and a statement that breaks it and no other. */
  record Violation(String constraint, String sql) {
    @Override
    public String toString() {
      return constraint;
    }
  }

  private static TestDatabase oneOfEach;

  @BeforeAll
  static void fill() throws Exception {
    oneOfEach = TestDatabase.migrated();
    oneOfEach.execute(Scripts.text(Scripts.ONE_OF_EACH));
  }

  @AfterAll
  static void drop() {
    oneOfEach.close();
  }

  @Test
  void applyToAnEmptyDatabaseAndThenDoNothing() {
    try (TestDatabase database = TestDatabase.empty()) {
      assertThat(database.flyway().migrate().migrationsExecuted).isPositive();

      assertThat(database.flyway().migrate().migrationsExecuted).isZero();
      assertThat(database.flyway().info().pending()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("violations")
  void everyRuleBites(Violation violation) throws Exception {
    try (Connection connection = oneOfEach.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);

      PSQLException refusal =
          catchThrowableOfType(PSQLException.class, () -> statement.execute(violation.sql()));
      connection.rollback();

      assertThat(Objects.requireNonNull(refusal).getServerErrorMessage())
          .isNotNull()
          .satisfies(m -> assertThat(m.getConstraint()).isEqualTo(violation.constraint()));
    }
  }

  /** A rule that somebody adds to the schema needs a violation here. */
  @Test
  void everyRuleHasAViolation() throws Exception {
    String rules =
        """
        select conname from pg_constraint
         where connamespace = 'public'::regnamespace and contype in ('c', 'u')
           and conrelid <> 'flyway_schema_history'::regclass
        union
        select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
         where i.relnamespace = 'public'::regnamespace and x.indisunique and not x.indisprimary
        """;
    try (TestDatabase database = TestDatabase.migrated()) {
      assertThat(violations().map(Violation::constraint))
          .containsExactlyInAnyOrderElementsOf(database.texts(rules));
    }
  }

  @Test
  void deletingATenantThatOwnsSomethingIsRefused() throws Exception {
    try (TestDatabase database = TestDatabase.migrated()) {
      database.execute(Scripts.text(Scripts.ONE_OF_EACH));

      assertThatThrownBy(() -> database.execute("delete from tenant"))
          .hasMessageContaining("violates foreign key constraint");
    }
  }

  @Test
  void theApplicationNeedsNoMoreThanToReadAndWriteRows() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      String app = "app_of_" + database.name();
      database.flyway().migrate();
      TestDatabase.administer("create role %s login password 'secret'".formatted(app));
      database.execute(
          """
          grant select, insert, update, delete on all tables in schema public to %1$s;
          grant usage on all sequences in schema public to %1$s
          """
              .formatted(app));
      DataSource asApp = database.dataSource(app, "secret");

      run(asApp, Scripts.text(Scripts.ONE_OF_EACH));
      run(asApp, "update tenant set version = version + 1");
      run(asApp, "delete from quota_lease");

      assertThat(texts(asApp, "select name from tenant where version = 1")).containsExactly("acme");
      assertThatThrownBy(() -> run(asApp, "create table extra (id bigint)"))
          .hasMessageContaining("permission denied");
      assertThatThrownBy(() -> run(asApp, "drop table tenant"))
          .hasMessageContaining("must be owner");
      assertThat(database.flyway(app, "secret").info().pending()).isEmpty();
    }
  }

  static Stream<Violation> violations() throws IOException {
    return Scripts.text("/violations.txt")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split(" : ", 2))
        .map(parts -> new Violation(parts[0], parts[1]));
  }

  private static void run(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> texts(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return Rows.texts(connection, sql);
    }
  }
}
