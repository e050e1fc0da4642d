package io.quaymaster.tenant.scope;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Binds connections to the {@link TenantScope} in which they are taken, for as long as they are
 * out: one statement when they are taken, one when they are given back. Connections that are taken
 * outside of any go through untouched and cost nothing.
 *
 * <p>A connection that cannot be set free again is closed for good. Threads: any.
 */
public final class ScopedDataSource extends DelegatingDataSource {
  private static final String BIND = "select set_config('quaymaster.tenant', ?, false)";

  public ScopedDataSource(DataSource pool) {
    super(pool);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return bound(super.getConnection());
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return bound(super.getConnection(username, password));
  }

  private static Connection bound(Connection connection) throws SQLException {
    TenantScope scope = TenantScope.current().orElse(null);
    if (scope == null) {
      return connection;
    }
    try {
      // A setting that is made in a transaction goes when that is rolled back.
      connection.setAutoCommit(true);
      bind(connection, scope.setting());
    } catch (SQLException | RuntimeException failed) {
      discard(connection, failed);
      throw failed;
    }
    return (Connection)
        Proxy.newProxyInstance(
            ScopedDataSource.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new Bound(connection));
  }

  private static void bind(Connection connection, String setting) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BIND)) {
      statement.setString(1, setting);
      statement.execute();
    }
  }

  /** Aborted and then closed: so a pool sees that it is dead and keeps it from the next one. */
  private static void discard(Connection connection, Exception why) {
    try (connection) {
      connection.abort(Runnable::run);
    } catch (SQLException dead) {
      why.addSuppressed(dead);
    }
  }

  /** Sets the connection free before it is given back. */
  private static final class Bound implements InvocationHandler {
    private final Connection connection;

    Bound(Connection connection) {
      this.connection = connection;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
        throws Throwable {
      if (method.getName().equals("close")) {
        giveBack();
        return null;
      }
      try {
        return method.invoke(connection, args);
      } catch (InvocationTargetException thrown) {
        throw thrown.getCause();
      }
    }

    private void giveBack() throws SQLException {
      if (connection.isClosed()) {
        connection.close();
        return;
      }
      try {
        if (!connection.getAutoCommit()) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
        bind(connection, "");
      } catch (SQLException | RuntimeException failed) {
        discard(connection, failed);
        throw failed;
      }
      connection.close();
    }
  }
}
