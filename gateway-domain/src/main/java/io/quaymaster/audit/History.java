package io.quaymaster.audit;

import io.quaymaster.access.Protocol;
import io.quaymaster.transfer.Transfer;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads what the {@link Chronicle} was told, newest first. Threads: any; one query each. */
public class History {
  /** Null: any. Times are compared with the end of a transfer and the moment of an event. */
  public record TransferFilter(
      @Nullable String tenant, @Nullable String account, @Nullable Instant since) {}

  /** Null: any. */
  public record AuditFilter(
      @Nullable String tenant,
      @Nullable String account,
      @Nullable String action,
      @Nullable String outcome,
      @Nullable String correlationId,
      @Nullable Instant since) {}

  /**
   * A line and where it stands.
   *
   * @param position grows with every line
   */
  public record Line<T>(long position, T told) {}

  private static final String TRANSFERS =
      """
      select * from transfer
      where id < :before
        and (:tenant::text is null or tenant = :tenant)
        and (:account::text is null or account = :account)
        and (:since::timestamptz is null or ended_at >= :since)
      order by id desc limit :limit
      """;

  private static final String EVENTS =
      """
      select *,
        array(select e.key from jsonb_each_text(detail) e where e.value is not null order by e.key) as detail_keys,
        array(select e.value from jsonb_each_text(detail) e where e.value is not null order by e.key) as detail_values
      from audit_event
      where id < :before
        and (:tenant::text is null or tenant = :tenant)
        and (:account::text is null or account = :account)
        and (:action::text is null or action = :action)
        and (:outcome::text is null or outcome = :outcome)
        and (:correlation::text is null or correlation_id = :correlation)
        and (:since::timestamptz is null or at >= :since)
      order by id desc limit :limit
      """;

  private final JdbcClient jdbc;

  public History(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** At most {@code limit} transfers with a position below {@code before}. */
  public List<Line<Transfer>> transfers(TransferFilter filter, long before, int limit) {
    return jdbc.sql(TRANSFERS)
        .param("before", before)
        .param("tenant", filter.tenant())
        .param("account", filter.account())
        .param("since", time(filter.since()))
        .param("limit", limit)
        .query((row, n) -> new Line<>(row.getLong("id"), transfer(row)))
        .list();
  }

  /** At most {@code limit} events with a position below {@code before}. */
  public List<Line<AuditEvent>> events(AuditFilter filter, long before, int limit) {
    return jdbc.sql(EVENTS)
        .param("before", before)
        .param("tenant", filter.tenant())
        .param("account", filter.account())
        .param("action", filter.action())
        .param("outcome", filter.outcome())
        .param("correlation", filter.correlationId())
        .param("since", time(filter.since()))
        .param("limit", limit)
        .query((row, n) -> new Line<>(row.getLong("id"), event(row)))
        .list();
  }

  private static Transfer transfer(ResultSet row) throws SQLException {
    return new Transfer(
        row.getObject("uid", UUID.class),
        row.getString("tenant"),
        row.getString("account"),
        row.getString("session_id"),
        row.getString("source"),
        Protocol.valueOf(upper(row, "protocol")),
        Transfer.Direction.valueOf(upper(row, "direction")),
        row.getString("store"),
        row.getString("path"),
        row.getLong("bytes"),
        Transfer.Outcome.valueOf(upper(row, "outcome")),
        row.getString("code"),
        row.getString("correlation_id"),
        instant(row, "started_at"),
        instant(row, "ended_at"));
  }

  private static AuditEvent event(ResultSet row) throws SQLException {
    return new AuditEvent(
        row.getObject("uid", UUID.class),
        instant(row, "at"),
        row.getString("tenant"),
        row.getString("account"),
        row.getString("actor"),
        row.getString("source"),
        row.getString("session_id"),
        row.getString("action"),
        AuditEvent.Outcome.valueOf(upper(row, "outcome")),
        row.getString("code"),
        row.getString("correlation_id"),
        detail(row.getArray("detail_keys"), row.getArray("detail_values")));
  }

  private static Map<String, String> detail(Array keys, Array values) throws SQLException {
    String[] names = (String[]) keys.getArray();
    String[] texts = (String[]) values.getArray();
    Map<String, String> detail = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      detail.put(names[i], texts[i]);
    }
    return detail;
  }

  private static String upper(ResultSet row, String column) throws SQLException {
    return row.getString(column).toUpperCase(Locale.ROOT);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
