package io.quaymaster.audit.chain;

import io.quaymaster.audit.AuditEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Reads chains from the database with a cursor, so that a long one takes no more memory than a
 * short one. Inside of a transaction of the caller that sees one moment. Threads: any.
 */
final class ChainReader {
  private static final int ROWS_AT_ONCE = 500;
  private static final int CHECKPOINTS_AT_ONCE = 200;

  private static final String ROWS =
      """
      select chain, sequence, recorded_at, hash, uid, at, tenant, account, actor, source, session_id, action, outcome, code,
             correlation_id, detail::text as detail
      from audit_event where chain = ? and sequence > ? and sequence <= ? order by sequence, recorded_at
      """;
  private static final String CHECKPOINTS =
      """
      select * from audit_checkpoint
      where chain = ? and (sequence, kind, key_id) > (?, ?, ?) and sequence <= ?
      order by sequence, kind, key_id limit ?
      """;

  private final JdbcTemplate jdbc;
  private final JdbcTemplate cursor;

  ChainReader(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
    this.cursor = new JdbcTemplate(Objects.requireNonNull(jdbc.getDataSource()));
    this.cursor.setFetchSize(ROWS_AT_ONCE);
  }

  List<String> chains() {
    return jdbc.query("select chain from audit_chain order by chain", (row, n) -> row.getString(1));
  }

  Optional<ChainHead> head(String chain) {
    return jdbc
        .query(
            "select * from audit_chain where chain = ?", (row, n) -> ChainWriter.head(row), chain)
        .stream()
        .findFirst();
  }

  /** The row that a chain had last before a moment. */
  Optional<ChainHead> lastBefore(String chain, Instant moment) {
    return jdbc
        .query(
            "select chain, sequence, hash, recorded_at from audit_event"
                + " where chain = ? and recorded_at < ? order by sequence desc limit 1",
            (row, n) -> ChainWriter.head(row),
            chain,
            ChainWriter.time(moment))
        .stream()
        .findFirst();
  }

  /** The first checkpoint at a row or behind it. */
  Optional<Checkpoint> checkpointFrom(String chain, long sequence) {
    return jdbc
        .query(
            "select * from audit_checkpoint where chain = ? and sequence >= ?"
                + " order by sequence limit 1",
            (row, n) -> checkpoint(row),
            chain,
            sequence)
        .stream()
        .findFirst();
  }

  /** The last checkpoint of one of these keys that is not beyond a row. */
  Optional<Checkpoint> checkpointUpTo(String chain, long sequence, VerifyingKeys keys) {
    return jdbc
        .query(
            "select * from audit_checkpoint where chain = ? and sequence <= ?"
                + " and key_id = any(?) order by sequence desc, at desc limit 1",
            (row, n) -> checkpoint(row),
            chain,
            sequence,
            keys.all().stream().map(VerifyingKey::id).toArray(String[]::new))
        .stream()
        .findFirst();
  }

  /**
   * Gives what stands behind one row up to another.
   *
   * @throws IOException from the sink
   */
  void read(String chain, long behind, long upTo, ChainSink sink) throws IOException {
    Checkpoints checkpoints = new Checkpoints(chain, behind, upTo);
    try {
      cursor.query(
          ROWS,
          row -> {
            long sequence = row.getLong("sequence");
            try {
              checkpoints.giveBefore(sequence, sink);
              give(row, sequence, sink);
            } catch (IOException refused) {
              throw new UncheckedIOException(refused);
            }
          },
          chain,
          behind,
          upTo);
      checkpoints.giveBefore(Long.MAX_VALUE, sink);
    } catch (UncheckedIOException refused) {
      throw refused.getCause();
    }
  }

  /** The checkpoints of a chain, read a few at once while the rows go by. */
  private final class Checkpoints {
    private final String chain;
    private final long upTo;
    private final Deque<Checkpoint> waiting = new ArrayDeque<>();
    private long lastSequence;
    private String lastKind = "";
    private String lastKey = "";
    private boolean all;

    /**
     * @param behind the cut at that row, if there is one, says where a chain begins
     */
    Checkpoints(String chain, long behind, long upTo) {
      this.chain = chain;
      this.lastSequence = behind;
      this.upTo = upTo;
    }

    void giveBefore(long sequence, ChainSink sink) throws IOException {
      Checkpoint next = peek();
      while (next != null && next.sequence() < sequence) {
        sink.checkpoint(waiting.remove());
        next = peek();
      }
    }

    private @Nullable Checkpoint peek() {
      if (waiting.isEmpty() && !all) {
        List<Checkpoint> more =
            jdbc.query(
                CHECKPOINTS,
                (row, n) -> ChainReader.checkpoint(row),
                chain,
                lastSequence,
                lastKind,
                lastKey,
                upTo,
                CHECKPOINTS_AT_ONCE);
        all = more.size() < CHECKPOINTS_AT_ONCE;
        waiting.addAll(more);
        if (!more.isEmpty()) {
          Checkpoint last = more.getLast();
          lastSequence = last.sequence();
          lastKind = last.kind().wireName();
          lastKey = last.keyId();
        }
      }
      return waiting.peek();
    }
  }

  private static void give(ResultSet row, long sequence, ChainSink sink)
      throws SQLException, IOException {
    ChainedEvent event;
    try {
      event = event(row);
    } catch (IllegalArgumentException strange) {
      sink.unreadable(sequence, String.valueOf(strange.getMessage()));
      return;
    }
    sink.event(event);
  }

  private static ChainedEvent event(ResultSet row) throws SQLException {
    return new ChainedEvent(
        row.getString("chain"),
        row.getLong("sequence"),
        ChainWriter.instant(row, "recorded_at"),
        ChainHash.of(row.getBytes("hash")),
        new AuditEvent(
            row.getObject("uid", UUID.class),
            ChainWriter.instant(row, "at"),
            row.getString("tenant"),
            row.getString("account"),
            row.getString("actor"),
            row.getString("source"),
            row.getString("session_id"),
            row.getString("action"),
            AuditEvent.Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
            row.getString("code"),
            row.getString("correlation_id"),
            AuditLines.detail(row.getString("detail"))));
  }

  private static Checkpoint checkpoint(ResultSet row) throws SQLException {
    return new Checkpoint(
        row.getString("chain"),
        row.getLong("sequence"),
        Checkpoint.Kind.ofWireName(row.getString("kind")),
        ChainHash.of(row.getBytes("hash")),
        ChainWriter.instant(row, "at"),
        row.getString("key_id"),
        Base64.getEncoder().encodeToString(row.getBytes("signature")));
  }
}
