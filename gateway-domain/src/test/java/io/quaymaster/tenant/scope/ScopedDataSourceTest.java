package io.quaymaster.tenant.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With one connection in the pool, so that each gets the one of the other before. */
class ScopedDataSourceTest {
  private static final TenantScope ACME = new TenantScope(42, "acme");

  private final TestDatabase database = TestDatabase.empty();
  private final HikariDataSource pool = new HikariDataSource();
  private final ScopedDataSource source = new ScopedDataSource(pool);

  @BeforeEach
  void open() {
    pool.setJdbcUrl(database.url());
    pool.setUsername(database.username());
    pool.setPassword(database.password());
    pool.setMaximumPoolSize(1);
    pool.setConnectionTimeout(20_000);
  }

  @AfterEach
  void close() {
    pool.close();
    database.close();
  }

  /** What a fresh connection is bound to, and which one it is. */
  private String seen() throws SQLException {
    try (Connection connection = source.getConnection()) {
      return text(connection, "select coalesce(current_setting('quaymaster.tenant', true), '')");
    }
  }

  private String server() throws SQLException {
    try (Connection connection = source.getConnection()) {
      return text(connection, "select pg_backend_pid()");
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  @Test
  void aConnectionIsBoundWhereItIsTaken() throws SQLException {
    String before = server();
    assertThat(seen()).isEmpty();
    ACME.run(() -> assertThat(seen()).isEqualTo("42:acme"));
    assertThat(seen()).isEmpty();
    assertThat(server()).as("the same connection").isEqualTo(before);
  }

  @Test
  void theGatewaysOwnWorkIsBoundToNobodyAndOnlyThat() throws SQLException {
    ACME.run(
        () -> {
          TenantScope.runForGateway(() -> assertThat(seen()).isEmpty());
          assertThat(seen()).isEqualTo("42:acme");
        });
  }

  @Test
  void threadsThatAreBegunWithinAreNotBound() {
    ACME.run(
        () -> {
          String[] there = {"none"};
          Thread thread =
              Thread.ofVirtual().start(() -> there[0] = TenantScope.current().toString());
          try {
            thread.join();
          } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
          }
          assertThat(there[0]).isEqualTo("Optional.empty");
        });
  }

  @Test
  void aTransactionThatWasLeftOpenChangesNothing() throws SQLException {
    ACME.run(
        () -> {
          try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> text(connection, "select 1/0"))
                .hasMessageContaining("division by zero");
          }
          try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            connection.rollback();
            assertThat(text(connection, "select current_setting('quaymaster.tenant')"))
                .as("a rollback does not set it free")
                .isEqualTo("42:acme");
          }
        });
    assertThat(seen()).isEmpty();
  }

  @Test
  void closingTwiceIsHarmless() throws SQLException {
    ACME.run(
        () -> {
          Connection connection = source.getConnection();
          connection.close();
          connection.close();
          assertThat(connection.isClosed()).isTrue();
        });
    assertThat(seen()).isEmpty();
  }

  /** Nobody ever gets a connection that is another's. */
  @Test
  void whatCannotBeSetFreeIsClosedForGood() throws SQLException {
    String before = server();
    ACME.run(
        () -> {
          Connection connection = source.getConnection();
          database.execute("select pg_terminate_backend(%s)".formatted(before));
          assertThatThrownBy(connection::close).isInstanceOf(SQLException.class);
        });
    assertThat(server()).isNotEqualTo(before);
    assertThat(seen()).isEmpty();
  }
}
