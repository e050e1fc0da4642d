package io.quaymaster.audit.chain;

import io.quaymaster.refusal.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The whole audit log, verified or exported. Each sees one moment of the database, row after row,
 * in little memory however long it is. Few at once, for each holds a connection. Threads: any.
 */
public final class AuditTrail {
  /** The verifications and exports that may run at once in a process. */
  static final int AT_ONCE = 2;

  private final ChainReader reader;
  private final TransactionTemplate moment;
  private final VerifyingKeys keys;
  private final Anchors anchors;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  public AuditTrail(DataSource source, VerifyingKeys keys, Anchors anchors) {
    this.reader = new ChainReader(new JdbcTemplate(source));
    this.moment = new TransactionTemplate(new JdbcTransactionManager(source));
    this.moment.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    this.moment.setReadOnly(true);
    this.keys = keys;
    this.anchors = anchors;
  }

  /** The keys whose checkpoints are believed. */
  public List<VerifyingKey> keys() {
    return keys.all();
  }

  /**
   * Verifies a tenant's chain, or all.
   *
   * @param tenant null: all
   * @throws Refusal.NotFound there is no chain of that name
   * @throws Refusal.Busy others are being verified
   */
  public Verification verify(@Nullable String tenant) {
    try {
      return inTurn(
          () -> {
            Verification found = new Verification();
            for (String chain : chains(tenant)) {
              verify(chain, found);
            }
            return found;
          });
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private void verify(String chain, Verification found) throws IOException {
    ChainVerifier verifier = new ChainVerifier(chain, keys, anchors.of(chain).orElse(null), found);
    reader.read(chain, 0, Long.MAX_VALUE, verifier);
    verifier.end(reader.head(chain).orElse(null), true);
  }

  /**
   * Which part of the log.
   *
   * @param tenant null: all chains
   * @param since recorded then or later; null: from the beginning
   * @param until recorded before; null: to the end. What follows up to the next checkpoint comes
   *     too, for that vouches for the rest
   */
  public record Part(@Nullable String tenant, @Nullable Instant since, @Nullable Instant until) {}

  /** Where an export goes; opened when it is sure that there is one. */
  @FunctionalInterface
  public interface Destination {
    OutputStream open() throws IOException;
  }

  /**
   * Writes JSON lines (see ADR 13). Closes nothing.
   *
   * @throws Refusal.NotFound there is no chain of that name; nothing is opened
   * @throws Refusal.Busy others are being exported; nothing is opened
   * @throws IOException if it cannot be written
   */
  public void export(Part part, Destination destination) throws IOException {
    inTurn(
        () -> {
          List<String> chains = chains(part.tenant());
          OutputStream to = destination.open();
          for (String chain : chains) {
            export(chain, part, to);
          }
          to.flush();
          return chains;
        });
  }

  private void export(String chain, Part part, OutputStream to) throws IOException {
    ChainHead end = reader.head(chain).orElseThrow();
    ChainHead before = before(chain, part.since());
    ChainHead last = part.until() == null ? end : upTo(chain, part.until(), end);
    write(to, AuditLines.begin(chain, before.sequence(), before.hash()));
    LineWriter lines = new LineWriter(to, before);
    reader.read(chain, before.sequence(), last.sequence(), lines);
    boolean complete = last.sequence() >= end.sequence();
    ChainHead shown = complete ? end : lines.last;
    write(to, AuditLines.end(chain, shown.sequence(), shown.hash(), complete));
  }

  private ChainHead before(String chain, @Nullable Instant since) {
    ChainHead beginning = new ChainHead(chain, 0, ChainHash.BEGINNING, Instant.EPOCH);
    return since == null ? beginning : reader.lastBefore(chain, since).orElse(beginning);
  }

  private ChainHead upTo(String chain, Instant until, ChainHead end) {
    return reader
        .lastBefore(chain, until)
        .map(last -> reader.checkpointFrom(chain, last.sequence()).map(AuditTrail::at).orElse(end))
        .orElse(new ChainHead(chain, 0, ChainHash.BEGINNING, Instant.EPOCH));
  }

  private static ChainHead at(Checkpoint checkpoint) {
    return new ChainHead(
        checkpoint.chain(), checkpoint.sequence(), checkpoint.hash(), checkpoint.at());
  }

  /** Writes what comes, rows that nobody understands excepted: their gap tells of them. */
  private static final class LineWriter implements ChainSink {
    private final OutputStream to;
    private ChainHead last;

    LineWriter(OutputStream to, ChainHead before) {
      this.to = to;
      this.last = before;
    }

    @Override
    public void event(ChainedEvent event) throws IOException {
      write(to, AuditLines.of(event));
      last = event.asHead();
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) throws IOException {
      write(to, AuditLines.of(checkpoint));
    }

    @Override
    public void unreadable(long sequence, String why) {
      // Verifying names it.
    }
  }

  private static void write(OutputStream to, String line) throws IOException {
    to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private List<String> chains(@Nullable String tenant) {
    if (tenant == null) {
      return reader.chains();
    }
    if (tenant.isEmpty() || reader.head(tenant).isEmpty()) {
      throw new Refusal.NotFound("tenant", tenant);
    }
    return List.of(tenant);
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T inTurn(Work<T> work) throws IOException {
    if (!turns.tryAcquire()) {
      throw new Refusal.Busy(
          "%d verifications or exports of the audit log are running.".formatted(AT_ONCE));
    }
    try {
      return Objects.requireNonNull(
          moment.execute(
              status -> {
                try {
                  return work.run();
                } catch (IOException refused) {
                  throw new UncheckedIOException(refused);
                }
              }));
    } catch (UncheckedIOException refused) {
      throw refused.getCause();
    } finally {
      turns.release();
    }
  }
}
