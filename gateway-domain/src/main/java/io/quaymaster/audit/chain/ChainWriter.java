package io.quaymaster.audit.chain;

import io.quaymaster.audit.AuditEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Appends lines to their chains, in the caller's transaction. The rows of the chains in question
 * are locked, by name, and only then is looked which lines are there already: so any number of
 * processes may append, and a line that is told again is not chained twice.
 *
 * <p>These locks come last in a transaction: behind the process's row and the scopes of the ledger,
 * which nobody asks for who has a chain. Then nobody can wait for each other in a circle.
 *
 * <p>Threads: any.
 */
public final class ChainWriter {
  /** Of what belongs to no tenant, and to names that are no tenant's. */
  static final String OF_NOBODY = "";

  private static final String KNOWN = "select chain from audit_chain where chain = any(?)";
  private static final String LOCK =
      """
      select chain, sequence, hash, recorded_at, clock_timestamp() as now from audit_chain
      where chain = any(?) order by chain for update
      """;
  private static final String PRESENT = "select uid from audit_event where uid = any(?)";
  private static final String INSERT =
      """
      insert into audit_event (chain, sequence, recorded_at, hash, uid, at, tenant, account, actor, source, session_id, action,
                               outcome, code, correlation_id, detail)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
      """;
  private static final String ADVANCE =
      "update audit_chain set sequence = ?, hash = ?, recorded_at = ? where chain = ?";

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final JdbcTemplate jdbc;

  /** Chains never go. There are no more of them than there were tenants. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private final Set<YearMonth> partitions = ConcurrentHashMap.newKeySet();

  public ChainWriter(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
    known.add(OF_NOBODY);
  }

  /**
   * Appends what is not there yet, in this order.
   *
   * @throws org.springframework.dao.DataIntegrityViolationException if PostgreSQL cannot hold one
   *     of them
   */
  public void append(List<AuditEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    learnChainsOf(events);
    Heads heads = lock(events.stream().map(this::chainOf).collect(Collectors.toSet()));
    Set<UUID> present = present(events);
    List<ChainedEvent> appended = new ArrayList<>();
    for (AuditEvent event : events) {
      if (present.add(event.id())) {
        appended.add(heads.append(chainOf(event), event));
      }
    }
    appended.stream().map(ChainedEvent::recordedAt).distinct().forEach(this::needPartition);
    jdbc.batchUpdate(INSERT, appended.stream().map(ChainWriter::row).toList());
    jdbc.batchUpdate(ADVANCE, heads.moved().stream().map(ChainWriter::row).toList());
  }

  private String chainOf(AuditEvent event) {
    String tenant = event.tenant();
    return tenant != null && known.contains(tenant) ? tenant : OF_NOBODY;
  }

  /** A name that is no tenant's gets no chain: strangers choose such names. */
  private void learnChainsOf(List<AuditEvent> events) {
    String[] strange =
        events.stream()
            .flatMap(e -> Stream.ofNullable(e.tenant()))
            .filter(name -> !known.contains(name))
            .distinct()
            .toArray(String[]::new);
    if (strange.length > 0) {
      known.addAll(jdbc.query(KNOWN, (row, n) -> row.getString(1), (Object) strange));
    }
  }

  /** The ends of the chains that are locked, and where they went. */
  private record Heads(Map<String, ChainHead> ends, Instant now, Set<String> changed) {
    ChainedEvent append(String chain, AuditEvent event) {
      ChainHead head = ends.get(chain);
      if (head == null) {
        throw new IllegalStateException("the chain '" + chain + "' has no row");
      }
      ChainedEvent appended = ChainedEvent.after(head, now, event);
      ends.put(chain, appended.asHead());
      changed.add(chain);
      return appended;
    }

    Collection<ChainHead> moved() {
      return ends.values().stream().filter(head -> changed.contains(head.chain())).toList();
    }
  }

  private Heads lock(Set<String> chains) {
    Map<String, ChainHead> ends = new HashMap<>();
    Instant[] now = {Instant.EPOCH};
    jdbc.query(
        LOCK,
        row -> {
          now[0] = instant(row, "now");
          ends.put(row.getString("chain"), head(row));
        },
        (Object) chains.toArray(String[]::new));
    return new Heads(ends, now[0], new TreeSet<>());
  }

  static ChainHead head(ResultSet row) throws SQLException {
    return new ChainHead(
        row.getString("chain"),
        row.getLong("sequence"),
        ChainHash.of(row.getBytes("hash")),
        instant(row, "recorded_at"));
  }

  private Set<UUID> present(List<AuditEvent> events) {
    UUID[] ids = events.stream().map(AuditEvent::id).toArray(UUID[]::new);
    return new HashSet<>(
        jdbc.query(PRESENT, (row, n) -> row.getObject(1, UUID.class), (Object) ids));
  }

  /** Made ahead by {@link AuditKeeper}; this is for a gateway that slept through a month's end. */
  private void needPartition(Instant recordedAt) {
    YearMonth month = YearMonth.from(recordedAt.atOffset(ZoneOffset.UTC));
    if (!partitions.contains(month)) {
      jdbc.query(
          "select audit_make_partitions(?, ?)", row -> {}, time(recordedAt), time(recordedAt));
      partitions.add(month);
    }
  }

  private static Object[] row(ChainHead head) {
    return new Object[] {
      head.sequence(), head.hash().bytes(), time(head.recordedAt()), head.chain()
    };
  }

  private static @Nullable Object[] row(ChainedEvent chained) {
    AuditEvent e = chained.event();
    return new @Nullable Object[] {
      chained.chain(),
      chained.sequence(),
      time(chained.recordedAt()),
      chained.hash().bytes(),
      e.id(),
      time(e.at()),
      e.tenant(),
      e.account(),
      e.actor(),
      e.source(),
      e.sessionId(),
      e.action(),
      e.outcome().wireName(),
      e.code(),
      e.correlationId(),
      JSON.writeValueAsString(e.detail())
    };
  }

  static OffsetDateTime time(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
