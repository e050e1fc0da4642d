package io.quaymaster.session;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code live_session}. Threads: any; the caller has the transaction. */
final class SessionTable {
  private static final String INSERT =
      """
      insert into live_session (id, process_id, tenant_id, account_id, source, client_version, credential, key_ids,
                                authority_ids, protocols, started_at, last_active_at, bytes_received, bytes_sent)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing
      """;

  private static final String UPDATE =
      "update live_session set protocols = ?, last_active_at = ?, bytes_received = ?,"
          + " bytes_sent = ? where id = ?";

  private static final String SELECT =
      """
      select s.*, t.name as tenant, a.username
      from live_session s join account a on a.id = s.account_id join tenant t on t.id = s.tenant_id
      """;

  private final JdbcTemplate jdbc;
  private final JdbcClient client;
  private final UUID process;

  /**
   * @param process whose rows it writes
   */
  SessionTable(JdbcTemplate jdbc, UUID process) {
    this.jdbc = jdbc;
    this.client = JdbcClient.create(jdbc);
    this.process = process;
  }

  /** Until the end of the caller's transaction nobody else counts or adds sessions of this one. */
  void lock(String whose) {
    client
        .sql("select pg_advisory_xact_lock(hashtextextended(?, 0))")
        .param("quaymaster sessions of " + whose)
        .query((row, n) -> whose)
        .list();
  }

  long countOfTenant(long tenantId) {
    return client
        .sql("select count(*) from live_session where tenant_id = ?")
        .param(tenantId)
        .query(Long.class)
        .single();
  }

  long countOfAccount(long accountId) {
    return client
        .sql("select count(*) from live_session where account_id = ?")
        .param(accountId)
        .query(Long.class)
        .single();
  }

  /** Those of this process. */
  Set<String> ownIds() {
    return new HashSet<>(
        client
            .sql("select id from live_session where process_id = ?")
            .param(process)
            .query((row, n) -> row.getString(1))
            .list());
  }

  void insert(Collection<LiveSession> sessions) {
    jdbc.batchUpdate(
        INSERT,
        sessions,
        100,
        (PreparedStatement row, LiveSession s) -> {
          row.setString(1, s.id());
          row.setObject(2, process);
          row.setLong(3, s.tenantId());
          row.setLong(4, s.accountId());
          row.setString(5, s.source());
          row.setString(6, s.clientVersion());
          row.setString(7, s.credential());
          row.setArray(8, array(row, "bigint", s.keyIds()));
          row.setArray(9, array(row, "bigint", s.authorityIds()));
          row.setArray(10, array(row, "text", s.protocols()));
          row.setObject(11, utc(s.startedAt()));
          row.setObject(12, utc(s.lastActiveAt()));
          row.setLong(13, s.bytesReceived());
          row.setLong(14, s.bytesSent());
        });
  }

  /** Brings up to date what they have done. */
  void update(Collection<LiveSession> sessions) {
    jdbc.batchUpdate(
        UPDATE,
        sessions,
        100,
        (PreparedStatement row, LiveSession s) -> {
          row.setArray(1, array(row, "text", s.protocols()));
          row.setObject(2, utc(s.lastActiveAt()));
          row.setLong(3, s.bytesReceived());
          row.setLong(4, s.bytesSent());
          row.setString(5, s.id());
        });
  }

  private static Array array(PreparedStatement row, String type, Collection<?> values)
      throws SQLException {
    return row.getConnection().createArrayOf(type, values.toArray());
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  void delete(Collection<String> ids) {
    if (!ids.isEmpty()) {
      client
          .sql("delete from live_session where id = any(?)")
          .param(ids.toArray(String[]::new))
          .update();
    }
  }

  /**
   * @param without ids of those that are over, and whose rows are about to go
   */
  List<LiveSession> list(LiveSessions.Query query, Collection<String> without) {
    LiveSessions.Mark after = query.after();
    return client
        .sql(
            SELECT
                + """
                where (:tenant::text is null or t.name = :tenant)
                  and (:account::text is null or a.username = :account)
                  and (:after::timestamptz is null or (s.started_at, s.id) > (:after, :id))
                  and s.id <> all(:without)
                order by s.started_at, s.id limit :limit
                """)
        .param("tenant", query.tenant())
        .param("account", query.account())
        .param("after", after == null ? null : utc(after.startedAt()))
        .param("id", after == null ? null : after.id())
        .param("without", without.toArray(String[]::new))
        .param("limit", query.limit())
        .query((row, n) -> session(row))
        .list();
  }

  Optional<LiveSession> find(String id) {
    return client
        .sql(SELECT + "where s.id = ?")
        .param(id)
        .query((row, n) -> session(row))
        .optional();
  }

  private static LiveSession session(ResultSet row) throws SQLException {
    return new LiveSession(
        row.getString("id"),
        row.getLong("tenant_id"),
        row.getString("tenant"),
        row.getString("username"),
        row.getLong("account_id"),
        row.getString("source"),
        row.getString("client_version"),
        row.getString("credential"),
        List.of((Long[]) row.getArray("key_ids").getArray()),
        List.of((Long[]) row.getArray("authority_ids").getArray()),
        Set.of((String[]) row.getArray("protocols").getArray()),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        row.getObject("last_active_at", OffsetDateTime.class).toInstant(),
        row.getLong("bytes_received"),
        row.getLong("bytes_sent"));
  }
}
