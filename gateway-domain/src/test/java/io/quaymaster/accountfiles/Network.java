package io.quaymaster.accountfiles;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.db.TestDatabase;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** One process's way to the database: a pool whose connections a test can cut. Any thread. */
public final class Network implements AutoCloseable {
  /** When a connection breaks. */
  public enum Loss {
    /** Before the database hears of it. */
    QUESTION,
    /** After the database did it. */
    ANSWER
  }

  private record Cut(String sqlPart, Loss loss) {}

  private final HikariDataSource pool;
  private final Set<Connection> lent = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Cut> nextCut = new AtomicReference<>();
  private volatile boolean away;
  private final DataSource source =
      new AbstractDataSource() {
        @Override
        public Connection getConnection() throws SQLException {
          return lend();
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
          return lend();
        }
      };

  Network(TestDatabase database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    config.setMaximumPoolSize(10);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(5_000);
    this.pool = new HikariDataSource(config);
  }

  /** The database is away: what is connected is cut, and nothing connects. */
  public void cut() throws SQLException {
    away = true;
    for (Connection connection : lent) {
      connection.abort(Runnable::run);
    }
  }

  public void heal() {
    away = false;
  }

  /** Once, cuts the connection that commits next. */
  public void loseNextCommit(Loss loss) {
    nextCut.set(new Cut("commit", loss));
  }

  /** Once, cuts the connection that next runs SQL with this in it. */
  public void loseNext(String sqlPart, Loss loss) {
    nextCut.set(new Cut(sqlPart, loss));
  }

  /** Whether the cut that was asked for happened. */
  public boolean wasLost() {
    return nextCut.get() == null;
  }

  /** Always the same one, for transactions are found by it. */
  DataSource dataSource() {
    return source;
  }

  private Connection lend() throws SQLException {
    if (away) {
      throw new SQLException("the network is down", "08001");
    }
    Connection real = pool.getConnection();
    lent.add(real);
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("close")) {
            lent.remove(real);
          }
          if (method.getName().equals("commit")) {
            return cutting("commit", real, () -> invoke(real, method, arguments));
          }
          Object result = invoke(real, method, arguments);
          return result instanceof PreparedStatement statement
              ? watched(statement, String.valueOf(arguments[0]), real)
              : result;
        };
    return (Connection) proxy(Connection.class, handler);
  }

  private PreparedStatement watched(PreparedStatement real, String sql, Connection connection) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.getName().startsWith("execute")
                ? cutting(sql, connection, () -> invoke(real, method, arguments))
                : invoke(real, method, arguments);
    return (PreparedStatement) proxy(PreparedStatement.class, handler);
  }

  private static Object proxy(Class<?> type, InvocationHandler handler) {
    return Proxy.newProxyInstance(Network.class.getClassLoader(), new Class<?>[] {type}, handler);
  }

  @FunctionalInterface
  private interface Call {
    @Nullable Object run() throws Throwable;
  }

  private @Nullable Object cutting(String what, Connection connection, Call call) throws Throwable {
    Cut cut = nextCut.get();
    if (cut == null || !what.contains(cut.sqlPart()) || !nextCut.compareAndSet(cut, null)) {
      return call.run();
    }
    if (cut.loss() == Loss.ANSWER) {
      call.run();
    }
    connection.abort(Runnable::run);
    throw new SQLException("the connection broke", "08006");
  }

  private static @Nullable Object invoke(
      Object target, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
