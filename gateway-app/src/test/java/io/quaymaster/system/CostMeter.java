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
   * @param scanned rows that it read without an index
   */
  record Reading(
      double gatewayCpuSeconds,
      double databaseCpuSeconds,
      long logBytes,
      long transactions,
      long scanned) {

    /** What one of so many took, in words. */
    String since(Reading before, int count) {
      return ("%.2f ms of CPU in the gateway, %.2f ms in PostgreSQL, %.2f transactions, %.1f KiB of"
              + " WAL, %.1f rows read without an index")
          .formatted(
              (gatewayCpuSeconds - before.gatewayCpuSeconds) * 1000 / count,
              (databaseCpuSeconds - before.databaseCpuSeconds) * 1000 / count,
              (double) (transactions - before.transactions) / count,
              (logBytes - before.logBytes) / 1024.0 / count,
              (double) (scanned - before.scanned) / count);
    }
  }

  Reading read() throws SQLException {
    return new Reading(
        gateway.cpuSeconds(),
        database.cpuSeconds(),
        number("select (pg_current_wal_lsn() - '0/0')::bigint"),
        number("select sum(xact_commit)::bigint from pg_stat_database"),
        number("select sum(seq_tup_read)::bigint from pg_stat_user_tables"));
  }

  /** Rows that the audit log of a tenant has got so far. */
  long auditRows(String tenant) throws SQLException {
    return number(
        "select coalesce(max(sequence), 0) from audit_chain where chain = '" + tenant + "'");
  }

  /** What accounts, their keys and their quota places take on the disk, indexes included. */
  long bytesOfAccounts() throws SQLException {
    return number(
        """
        select sum(pg_total_relation_size(t))::bigint
        from unnest(array['account', 'account_key', 'quota_scope']::regclass[]) t
        """);
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
