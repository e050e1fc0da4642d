package io.quaymaster.audit;

import io.quaymaster.access.Protocol;
import io.quaymaster.audit.chain.ChainWriter;
import io.quaymaster.transfer.Transfer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The chronicle: lines go to a {@link Journal} first and from there, in groups, to the database.
 * Writing a line twice is harmless, since each has an id of its own.
 */
public final class JournalChronicle implements Chronicle {
  private static final Logger log = LoggerFactory.getLogger(JournalChronicle.class);

  /** Of the journal, taken to the database at once: bounds the memory that an outage costs. */
  private static final int MAX_FILES = 4;

  private static final String INSERT_TRANSFER =
      """
      insert into transfer (uid, tenant, account, session_id, source, protocol, direction, store, path, bytes, outcome, code,
                            correlation_id, started_at, ended_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (uid) do nothing
      """;

  /** One of the two is there. */
  private record Line(@Nullable Transfer transfer, @Nullable AuditEvent event) {}

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Journal journal;
  private final Runnable drain;

  /**
   * @param drain writes the journal to the database and returns when it is committed
   */
  public JournalChronicle(Journal journal, Runnable drain) {
    this.journal = journal;
    this.drain = drain;
  }

  @Override
  public void record(AuditEvent event) {
    journal.append(JSON.writeValueAsString(new Line(null, event)));
  }

  @Override
  public void record(Transfer transfer) {
    journal.append(JSON.writeValueAsString(new Line(transfer, null)));
  }

  @Override
  public void flush() {
    drain.run();
  }

  /**
   * What waited when {@link #takeWaiting} was called.
   *
   * @param events in the order in which they were told, those of the transfers included
   * @param more whether it was too much for once
   */
  public record Waiting(
      List<Path> files, List<Transfer> transfers, List<AuditEvent> events, boolean more) {
    public static final Waiting NOTHING = new Waiting(List.of(), List.of(), List.of(), false);

    public boolean isNothing() {
      return files.isEmpty();
    }
  }

  /** What was told up to now stands in this file of the journal and those before it. */
  public long lastFile() {
    return journal.lastFile();
  }

  /**
   * The oldest lines that wait, so many files at most.
   *
   * @param lastFile what was told later waits for the next time
   */
  public Waiting takeWaiting(long lastFile) {
    try {
      List<Path> all = journal.closedUpTo(lastFile);
      List<Path> files = all.subList(0, Math.min(MAX_FILES, all.size()));
      Waiting waiting =
          new Waiting(files, new ArrayList<>(), new ArrayList<>(), files.size() < all.size());
      for (Path file : waiting.files()) {
        for (String line : Journal.lines(file)) {
          read(line, waiting);
        }
      }
      return waiting;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void read(String text, Waiting waiting) {
    try {
      Line line = JSON.readValue(text, Line.class);
      if (line.transfer() != null) {
        waiting.transfers().add(line.transfer());
        waiting.events().add(AuditEvent.of(line.transfer()));
      }
      if (line.event() != null) {
        waiting.events().add(line.event());
      }
    } catch (JacksonException broken) {
      log.error("A line of the journal cannot be read and is left out: {}", text, broken);
    }
  }

  /** Inside a transaction of the caller; the chains are the last that it locks. */
  public static void write(Waiting waiting, JdbcTemplate jdbc, ChainWriter chains) {
    jdbc.batchUpdate(
        INSERT_TRANSFER, waiting.transfers().stream().map(JournalChronicle::row).toList());
    chains.append(waiting.events());
  }

  /**
   * Line by line, each in a transaction of its own, where the database refuses one of them: that
   * one is told in the log and left out.
   */
  public static void writeEach(
      Waiting waiting, JdbcTemplate jdbc, ChainWriter chains, TransactionTemplate transaction) {
    waiting.transfers().forEach(t -> writeOne(t, () -> jdbc.update(INSERT_TRANSFER, row(t))));
    waiting
        .events()
        .forEach(
            e ->
                writeOne(
                    e, () -> transaction.executeWithoutResult(s -> chains.append(List.of(e)))));
  }

  private static void writeOne(Record line, Runnable write) {
    try {
      write.run();
    } catch (DataIntegrityViolationException refused) {
      // As JSON, so that a control character in it cannot forge a line of the log.
      log.error(
          "The database refuses a line and it is left out: {}",
          JSON.writeValueAsString(line),
          refused);
    }
  }

  /** After that transaction committed. */
  public void forget(Waiting waiting) {
    try {
      journal.forget(waiting.files());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static Object[] row(Transfer t) {
    return new Object[] {
      t.id(),
      t.tenant(),
      t.account(),
      t.sessionId(),
      t.source(),
      wire(t.protocol()),
      t.direction().wireName(),
      t.store(),
      t.path(),
      t.bytes(),
      t.outcome().wireName(),
      t.code(),
      t.correlationId(),
      utc(t.startedAt()),
      utc(t.endedAt())
    };
  }

  private static String wire(Protocol protocol) {
    return protocol.wireName();
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
