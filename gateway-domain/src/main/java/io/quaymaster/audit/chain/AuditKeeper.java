package io.quaymaster.audit.chain;

import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.audit.chain.Checkpoint.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps the audit log: signs the chains, makes partitions ahead and drops those that are too old.
 * Of all processes one does it at a time; another finds nothing left to do.
 *
 * <p>It locks no chain, so that nobody who appends waits for it, and whoever appends holds nothing
 * that it waits for. One thread.
 */
public final class AuditKeeper {
  private static final Logger log = LoggerFactory.getLogger(AuditKeeper.class);

  /** "audk" in ASCII. */
  private static final int LOCK = 0x6175646b;

  private static final int MOST_TOLD = 1000;

  private static final String UNSIGNED =
      """
      select c.*, coalesce(k.sequence, 0) as signed, k.at as signed_at
      from audit_chain c
      left join lateral (select sequence, at from audit_checkpoint k
                         where k.chain = c.chain and k.sequence <= c.sequence order by sequence desc limit 1) k on true
      where c.sequence > coalesce(k.sequence, 0) order by c.chain
      """;
  private static final String INSERT =
      """
      insert into audit_checkpoint (chain, sequence, kind, hash, at, key_id, signature)
      values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;
  private static final String LAST_BEFORE =
      """
      select distinct on (chain) chain, sequence, hash, recorded_at from audit_event
      where recorded_at < ? order by chain, sequence desc
      """;

  private final JdbcTemplate jdbc;
  private final ChainReader reader;
  private final TransactionTemplate transaction;
  private final SigningKey key;
  private final VerifyingKeys keys;
  private final Anchors anchors;
  private final KeeperSettings settings;
  private final Chronicle chronicle;
  private final Clock clock;

  /** What was told in the log, so that it is not told again at each turn. */
  private final Set<Finding> told = new HashSet<>();

  private volatile int toldCount;

  public AuditKeeper(
      DataSource source,
      SigningKey key,
      VerifyingKeys keys,
      Anchors anchors,
      KeeperSettings settings,
      Chronicle chronicle,
      Clock clock) {
    this.jdbc = new JdbcTemplate(source);
    this.reader = new ChainReader(jdbc);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    this.transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    this.key = key;
    this.keys = keys;
    this.anchors = anchors;
    this.settings = settings;
    this.chronicle = chronicle;
    this.clock = clock;
  }

  /**
   * Places in the chains that were found not to be as they were written, since the start. Any
   * thread may ask.
   */
  public int findings() {
    return toldCount;
  }

  private record Due(ChainHead head, long signed) {}

  /**
   * Signs the chains whose time has come.
   *
   * @param all also those whose time has not
   */
  public void sign(boolean all) {
    List<Checkpoint> signed =
        alone(
            () -> {
              List<Checkpoint> made = new ArrayList<>();
              for (Due due : due(all)) {
                if (mayBeSigned(due)) {
                  made.add(key.sign(due.head(), Kind.REGULAR, clock.instant()));
                }
              }
              made.forEach(this::insert);
              return made;
            });
    if (!signed.isEmpty()) {
      anchors.keep(signed);
    }
  }

  private List<Due> due(boolean all) {
    Instant now = clock.instant();
    List<Due> due = new ArrayList<>();
    jdbc.query(
        UNSIGNED,
        row -> {
          Due unsigned = new Due(ChainWriter.head(row), row.getLong("signed"));
          boolean isTime =
              unsigned.signed() == 0
                  || unsigned.head().sequence() - unsigned.signed() >= settings.checkpointEvents()
                  || !now.isBefore(
                      ChainWriter.instant(row, "signed_at").plus(settings.checkpointInterval()));
          if (all || isTime) {
            due.add(unsigned);
          }
        });
    return due;
  }

  /**
   * Looks at what came since the last checkpoint. A row that was changed is told, and stays to be
   * seen by every later verification; so the chain is signed on. But rows that contradict what was
   * signed before are not signed: the last proof of that may be our own anchor.
   */
  private boolean mayBeSigned(Due due) {
    Verification found = new Verification();
    ChainHead head = due.head();
    ChainVerifier verifier =
        new ChainVerifier(head.chain(), keys, anchors.of(head.chain()).orElse(null), found);
    long from = startOf(head, verifier);
    try {
      reader.read(head.chain(), from, head.sequence(), verifier);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    verifier.end(head, true);
    tell(found.findings());
    return !found.contradictsSigned();
  }

  /** One line, however many rows somebody changed; nothing is told twice. */
  private void tell(List<Finding> findings) {
    List<Finding> untold =
        findings.stream().filter(f -> told.size() < MOST_TOLD && told.add(f)).toList();
    toldCount = told.size();
    if (!untold.isEmpty()) {
      Finding first = untold.getFirst();
      log.error(
          "The audit log is not as it was written: chain '{}', row {}: {}: {} ({} more findings;"
              + " /api/v1/audit/verify names them)",
          first.chain(),
          first.sequence(),
          first.kind(),
          first.message(),
          untold.size() - 1);
    }
  }

  /**
   * At the row that this gateway signed last: it must be what it was. Without an anchor, behind the
   * last good checkpoint; without that, at the beginning.
   *
   * @return the row behind which to read
   */
  private long startOf(ChainHead head, ChainVerifier verifier) {
    Optional<Checkpoint> anchor = anchors.of(head.chain());
    if (anchor.isPresent()) {
      long signed = Math.min(anchor.get().sequence(), head.sequence());
      verifier.startAt(signed);
      return signed - 1;
    }
    return reader
        .checkpointUpTo(head.chain(), head.sequence(), keys)
        .filter(keys::signed)
        .map(
            last -> {
              verifier.startBehind(last.sequence(), last.hash());
              return last.sequence();
            })
        .orElse(0L);
  }

  private void insert(Checkpoint c) {
    jdbc.update(
        INSERT,
        c.chain(),
        c.sequence(),
        c.kind().wireName(),
        c.hash().bytes(),
        ChainWriter.time(c.at()),
        c.keyId(),
        Base64.getDecoder().decode(c.signature()));
  }

  /** Makes the partitions of this month and the next two. */
  public void makePartitions() {
    Instant now = clock.instant();
    jdbc.query(
        "select audit_make_partitions(?, ?)",
        row -> {},
        ChainWriter.time(now),
        ChainWriter.time(now.atOffset(ZoneOffset.UTC).plusMonths(2).toInstant()));
  }

  /**
   * Drops the months that ended longer ago than the retention. Each chain gets a signed cut first:
   * without it the verifier would miss the rows.
   *
   * @return how many months went
   */
  public int dropOld() {
    if (settings.retention() == null) {
      return 0;
    }
    Instant boundary = monthOf(clock.instant().minus(settings.retention()));
    List<Checkpoint> cuts = new ArrayList<>();
    List<Integer> dropped =
        alone(
            () -> {
              // Who appends must not wait long for us, should somebody be reading the whole log.
              jdbc.execute("set local lock_timeout = '2s'");
              for (ChainHead last : lastBefore(boundary)) {
                cuts.add(key.sign(last, Kind.CUT, clock.instant()));
              }
              cuts.forEach(this::insert);
              return jdbc.query(
                  "select audit_drop_partitions(?)",
                  (row, n) -> row.getInt(1),
                  ChainWriter.time(boundary));
            });
    int months = dropped.stream().mapToInt(Integer::intValue).sum();
    if (months > 0) {
      chronicle.record(cutEvent(boundary, months, cuts.size()));
    }
    return months;
  }

  private List<ChainHead> lastBefore(Instant boundary) {
    return jdbc.query(LAST_BEFORE, (row, n) -> ChainWriter.head(row), ChainWriter.time(boundary));
  }

  private static Instant monthOf(Instant moment) {
    return moment
        .atOffset(ZoneOffset.UTC)
        .withDayOfMonth(1)
        .truncatedTo(ChronoUnit.DAYS)
        .toInstant();
  }

  private AuditEvent cutEvent(Instant boundary, int months, int chains) {
    return new AuditEvent(
        UUID.randomUUID(),
        clock.instant(),
        null,
        null,
        "retention",
        null,
        null,
        "audit.cut",
        AuditEvent.Outcome.OK,
        null,
        CorrelationId.next(),
        Map.of(
            "before", boundary.toString(),
            "months", Integer.toString(months),
            "chains", Integer.toString(chains)));
  }

  /** In a transaction, unless another process is at it. */
  private <T> List<T> alone(Supplier<List<T>> work) {
    List<T> made =
        transaction.execute(
            status ->
                Boolean.TRUE.equals(
                        jdbc.queryForObject(
                            "select pg_try_advisory_xact_lock(?)", Boolean.class, LOCK))
                    ? work.get()
                    : List.of());
    return made == null ? List.of() : made;
  }
}
