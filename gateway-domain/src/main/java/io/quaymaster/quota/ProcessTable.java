package io.quaymaster.quota;

import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The gateway processes in PostgreSQL: which live, where each is active, what it settled last. */
final class ProcessTable {
  private final JdbcClient jdbc;
  private final UUID process;

  ProcessTable(JdbcClient jdbc, UUID process) {
    this.jdbc = jdbc;
    this.process = process;
  }

  /** This process. */
  UUID process() {
    return process;
  }

  /** Makes this process's row, if it has none. */
  void register() {
    jdbc.sql(
            """
            insert into gateway_process (id, started_at, heartbeat_at) values (?, now(), now())
            on conflict (id) do update set heartbeat_at = now()
            """)
        .param(process)
        .update();
  }

  /**
   * Says that this process lives.
   *
   * @throws ProcessForgotten if it was taken for dead
   */
  void heartbeat() {
    mustHaveRow(
        jdbc.sql("update gateway_process set heartbeat_at = now() where id = ?")
            .param(process)
            .update());
  }

  private static void mustHaveRow(int rows) {
    if (rows == 0) {
      throw new ProcessForgotten();
    }
  }

  /**
   * The last settlement that committed. Waits for one whose COMMIT is under way, even if nobody
   * waits for its answer any more.
   */
  long settledBatch() {
    return jdbc.sql("select settled_batch from gateway_process where id = ? for no key update")
        .param(process)
        .query(Long.class)
        .optional()
        .orElse(0L);
  }

  /**
   * @throws ProcessForgotten if this process was taken for dead
   */
  void markSettled(long batch) {
    mustHaveRow(
        jdbc.sql("update gateway_process set settled_batch = ? where id = ?")
            .param(batch)
            .param(process)
            .update());
  }

  /**
   * Says that this process changes files in these scopes, so that they are counted if it dies,
   * whether it holds a lease there or only removes files.
   *
   * @throws ProcessForgotten if this process was taken for dead
   */
  void markActive(List<Long> scopes) {
    if (scopes.isEmpty()) {
      return;
    }
    mustHaveRow(
        jdbc.sql("select count(*) from gateway_process where id = ?")
            .param(process)
            .query(Integer.class)
            .single());
    jdbc.sql(
            """
            insert into quota_lease (scope_id, process_id, bytes, files)
            select id, :process, 0, 0 from quota_scope where id in (:scopes) order by id
            on conflict (scope_id, process_id) do nothing
            """)
        .param("process", process)
        .param("scopes", scopes)
        .update();
  }

  /** Takes {@link #markActive} back where nothing is leased. */
  void markIdle(List<Long> scopes) {
    if (!scopes.isEmpty()) {
      jdbc.sql(
              "delete from quota_lease where process_id = :process and scope_id in (:scopes) and"
                  + " bytes = 0 and files = 0")
          .param("process", process)
          .param("scopes", scopes)
          .update();
    }
  }

  /** Processes whose heartbeat is stale. */
  List<UUID> deadProcesses(Duration deadAfter) {
    return jdbc.sql(
            """
            select id from gateway_process
            where heartbeat_at < now() - make_interval(secs => ?) and id <> ? order by id
            """)
        .param(deadAfter.toMillis() / 1000.0)
        .param(process)
        .query((row, n) -> row.getObject(1, UUID.class))
        .list();
  }

  /**
   * Locks a process's row until the end of the caller's transaction, so that of several living ones
   * only one settles it, and so that it cannot settle itself meanwhile.
   *
   * @param deadAfter how stale its heartbeat must still be
   * @return whether it is there, as dead as that, and nobody else's
   */
  boolean lockDead(UUID someProcess, Duration deadAfter) {
    return jdbc.sql(
            """
            select id from gateway_process
            where id = ? and heartbeat_at <= now() - make_interval(secs => ?) for update skip locked
            """)
        .param(someProcess)
        .param(deadAfter.toMillis() / 1000.0)
        .query(UUID.class)
        .optional()
        .isPresent();
  }

  /**
   * The sessions of a process that is as dead as that end: they count no more, whether its places
   * can be counted or not.
   */
  void endSessions(UUID someProcess, Duration deadAfter) {
    jdbc.sql(
            """
            delete from live_session where process_id in (
              select id from gateway_process where id = ? and heartbeat_at <= now() - make_interval(secs => ?))
            """)
        .param(someProcess)
        .param(deadAfter.toMillis() / 1000.0)
        .update();
  }

  /** A lease of some process. */
  record LeaseRow(ScopeRow scope, Amount amount) {}

  List<LeaseRow> leasesOf(UUID someProcess) {
    return jdbc.sql(
            """
            select s.id, s.tenant_id, s.store_id, s.path, l.bytes, l.files
            from quota_lease l join quota_scope s on s.id = l.scope_id
            where l.process_id = ? order by s.id
            """)
        .param(someProcess)
        .query(
            (row, n) ->
                new LeaseRow(
                    LedgerTable.scopeRow(row),
                    new Amount(row.getLong("bytes"), row.getLong("files"))))
        .list();
  }

  /** Takes a dead process's lease out of {@code reserved}. */
  void dropLease(UUID someProcess, LeaseRow lease) {
    jdbc.sql("delete from quota_lease where scope_id = ? and process_id = ?")
        .param(lease.scope().id())
        .param(someProcess)
        .update();
    jdbc.sql(
            "update quota_scope set bytes_reserved = bytes_reserved - ?, files_reserved ="
                + " files_reserved - ? where id = ?")
        .param(lease.amount().bytes())
        .param(lease.amount().files())
        .param(lease.scope().id())
        .update();
  }

  void forgetProcess(UUID someProcess) {
    jdbc.sql("delete from gateway_process where id = ?").param(someProcess).update();
  }
}
