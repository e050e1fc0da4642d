package io.quaymaster.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/** Whether the PostgreSQL that was named answers, lets us in, and has the schema we need. */
final class DatabaseCheck {
  /** The oldest that its makers still repair while this is written. */
  static final int OLDEST_MAJOR = 14;

  private static final int CONNECT_LIMIT_SECONDS = 10;

  private static final Logger log = LoggerFactory.getLogger(DatabaseCheck.class);

  private DatabaseCheck() {}

  /**
   * One connection to the external database, if there is one.
   *
   * @throws StartupFailure saying which of the settings is wrong
   */
  static void connect(Environment environment) {
    String url = environment.getProperty("spring.datasource.url", "");
    if (url.isBlank()) {
      EmbeddedDatabase.requireIncluded(DatabaseCheck.class.getClassLoader());
      return;
    }
    String shown = withoutParameters(url);
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new StartupFailure(
          "SPRING_DATASOURCE_URL is %s. It must start with jdbc:postgresql://, for example jdbc:postgresql://db:5432/quaymaster"
              .formatted(shown));
    }
    try (Connection connection = DriverManager.getConnection(url, credentials(environment))) {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      if (major < OLDEST_MAJOR) {
        throw new StartupFailure(
            "The database %s is PostgreSQL %d. The gateway needs %d or newer."
                .formatted(shown, major, OLDEST_MAJOR));
      }
      warnOfUnboundRole(connection, shown);
    } catch (SQLException failure) {
      throw new StartupFailure("The database %s %s".formatted(shown, advice(failure)), failure);
    }
  }

  /** Who bypasses row-level security lacks the second lock between tenants; the first holds. */
  private static void warnOfUnboundRole(Connection connection, String shown) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet role =
            statement.executeQuery(
                "select rolname, rolsuper from pg_roles"
                    + " where rolname = current_user and (rolsuper or rolbypassrls)")) {
      if (role.next()) {
        log.warn(
            "The role {} of the database {} {}, so row-level security does not keep tenants apart"
                + " as the second lock under the admin API's own. Use a role without that, which"
                + " owns the tables or may read and write their rows.",
            role.getString(1),
            shown,
            role.getBoolean(2) ? "is a superuser" : "has BYPASSRLS");
      }
    }
  }

  /**
   * Brings the schema up to date, or sees that it is.
   *
   * @param migrate whether we may
   * @throws StartupFailure the schema is behind, was changed by hand, or a migration failed
   */
  static void prepareSchema(Flyway flyway, boolean migrate) {
    try {
      if (migrate) {
        flyway.migrate();
        return;
      }
      MigrationInfo[] pending = flyway.info().pending();
      if (pending.length > 0) {
        throw new StartupFailure(
            "The schema of the database is too old: %d migration(s) are missing, the first is %s (%s). Run the migrations, or set QUAYMASTER_DATABASE_MIGRATE=true with a role that may create tables."
                .formatted(pending.length, pending[0].getVersion(), pending[0].getDescription()));
      }
    } catch (FlywayException failure) {
      String reason = String.valueOf(failure.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
      String remedy =
          reason.contains("permission denied")
              ? "The role needs the right to create tables, or, once the migrations ran under"
                  + " another role, QUAYMASTER_DATABASE_MIGRATE=false."
              : "Nothing was changed that PostgreSQL did not roll back.";
      throw new StartupFailure(
          "The schema of the database could not be brought up to date: %s %s"
              .formatted(reason, remedy),
          failure);
    }
  }

  private static Properties credentials(Environment environment) {
    Properties properties = new Properties();
    properties.setProperty("loginTimeout", Integer.toString(CONNECT_LIMIT_SECONDS));
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_LIMIT_SECONDS));
    String username = environment.getProperty("spring.datasource.username");
    String password = environment.getProperty("spring.datasource.password");
    if (username != null) {
      properties.setProperty("user", username);
    }
    if (password != null) {
      properties.setProperty("password", password);
    }
    return properties;
  }

  /** The parameters may hold a password. */
  private static String withoutParameters(String url) {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  /** By SQLSTATE, appendix A of PostgreSQL's manual. */
  private static String advice(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return switch (state) {
      case "28P01", "28000", "08004" ->
          "refuses us: the user name or the password is wrong. See SPRING_DATASOURCE_USERNAME and"
              + " SPRING_DATASOURCE_PASSWORD.";
      case "3D000" -> "does not exist on that server. Create it, or correct SPRING_DATASOURCE_URL.";
      case "08001", "08006", "08000" ->
          "cannot be reached. See whether PostgreSQL runs there, and whether SPRING_DATASOURCE_URL"
              + " names the right host and port.";
      case "53300" -> "has no free connection. Raise its max_connections.";
      default ->
          "does not answer as it should: " + String.valueOf(failure.getMessage()).strip() + ".";
    };
  }
}
