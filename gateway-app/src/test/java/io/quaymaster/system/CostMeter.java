package io.quaymaster.system;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Reads what a gateway and its embedded PostgreSQL have used. Threads: one.
 *
 * @param gateway its process
 * @param database PostgreSQL's processes
 * @param connection to the same
 */
record CostMeter(Processes gateway, Processes database, Connection connection) {
  /**
   * @param pids the gateway's, then PostgreSQL's
   */
  CostMeter(List<Long> pids, Connection connection) {
    this(
        new Processes(List.of(pids.getFirst())),
        new Processes(pids.subList(1, pids.size())),
        connection);
  }

  /**
   * Since the processes began.
   *
   * @param logBytes written to PostgreSQL's log (WAL)
   * @param transactions those that PostgreSQL committed
   */
  record Reading(
      double gatewayCpuSeconds, double databaseCpuSeconds, long logBytes, long transactions) {

    /** What one of so many took, in words. */
    String since(Reading before, int count) {
      return "%.2f ms of CPU in the gateway, %.2f ms in PostgreSQL, %.2f transactions, %.1f KiB of WAL"
          .formatted(
              (gatewayCpuSeconds - before.gatewayCpuSeconds) * 1000 / count,
              (databaseCpuSeconds - before.databaseCpuSeconds) * 1000 / count,
              (double) (transactions - before.transactions) / count,
              (logBytes - before.logBytes) / 1024.0 / count);
    }
  }

  Reading read() throws SQLException {
    return new Reading(
        gateway.cpuSeconds(),
        database.cpuSeconds(),
        number("select (pg_current_wal_lsn() - '0/0')::bigint"),
        number("select sum(xact_commit)::bigint from pg_stat_database"));
  }

  /** On the disk, indexes included. */
  long bytesOfAnAuditRow() throws SQLException {
    return number(
        """
        select (select sum(pg_total_relation_size(inhrelid)) from pg_inherits
                where inhparent = 'audit_event'::regclass)::bigint
               / (select count(*) from audit_event)
        """);
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      if (!row.next()) {
        throw new IllegalStateException("no row: " + sql);
      }
      return row.getLong(1);
    }
  }
}
