package io.quaymaster.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of a test's own on the one PostgreSQL of this test JVM. Made from a template, so it
 * costs some ten milliseconds. {@code -Dtest.db=auto|embedded|testcontainers} says which PostgreSQL
 * (see {@link TestServer}).
 *
 * <p>Threads: any.
 *
 * @param url JDBC URL without credentials
 * @param username owns the database and is no superuser, so that row-level security binds it
 */
public record TestDatabase(String url, String username, String password) implements AutoCloseable {
  /** A database with all migrations applied and nothing in it. */
  public static TestDatabase migrated() {
    return TestServer.get().createMigrated();
  }

  /** A database without any table. */
  public static TestDatabase empty() {
    return TestServer.get().createEmpty();
  }

  /** Opens a connection for each call; no pool. */
  public DataSource dataSource() {
    return dataSource(username, password);
  }

  /** The same database for another role. */
  public DataSource dataSource(String otherUsername, String otherPassword) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(otherUsername);
    source.setPassword(otherPassword);
    return source;
  }

  /** Runs SQL that answers nothing. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of what SQL answers, as text. */
  public List<String> texts(String sql) throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      return Rows.texts(connection, sql);
    }
  }

  /** Makes, changes or drops roles, which belong to the whole server: as its superuser. */
  public static void administer(String sql) {
    TestServer.get().administer(sql);
  }

  /** The migrations of this build, aimed at this database. */
  public Flyway flyway() {
    return flyway(username, password);
  }

  /** The migrations of this build, aimed at this database as another role. */
  public Flyway flyway(String otherUsername, String otherPassword) {
    return Flyway.configure()
        .dataSource(url, otherUsername, otherPassword)
        .locations("classpath:db/migration")
        .load();
  }

  public String name() {
    return Objects.requireNonNull(
        ((PGSimpleDataSource) dataSource()).getDatabaseName(), "database name");
  }

  /** Drops the database, even under open connections. */
  @Override
  public void close() {
    TestServer.get().drop(name());
  }
}
