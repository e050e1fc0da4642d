package io.quaymaster.stores;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * One process at a time sweeps a store: PostgreSQL's advisory lock of a session, so that no
 * transaction is open as long as a server takes, and a process that dies lets go.
 */
final class SweepLock implements AutoCloseable {
  /** Any number that no other pair of ours begins with: "swee" in ASCII. */
  private static final int KIND = 0x73776565;

  private final Connection connection;
  private final long storeId;

  private SweepLock(Connection connection, long storeId) {
    this.connection = connection;
    this.storeId = storeId;
  }

  /**
   * @return empty if the store is being swept
   * @throws SQLException if the database does not answer
   */
  static Optional<SweepLock> take(DataSource source, long storeId) throws SQLException {
    Connection connection = source.getConnection();
    try {
      connection.setAutoCommit(true);
      if (ask(connection, "select pg_try_advisory_lock(?, ?)", storeId)) {
        return Optional.of(new SweepLock(connection, storeId));
      }
      connection.close();
      return Optional.empty();
    } catch (SQLException | RuntimeException failed) {
      connection.close();
      throw failed;
    }
  }

  private static boolean ask(Connection connection, String sql, long storeId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, KIND);
      statement.setInt(2, Long.hashCode(storeId));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      ask(connection, "select pg_advisory_unlock(?, ?)", storeId);
    }
  }
}
