package io.quaymaster.quota;

import io.quaymaster.audit.JournalChronicle;
import io.quaymaster.audit.JournalChronicle.Waiting;
import io.quaymaster.audit.chain.ChainWriter;
import io.quaymaster.tenant.scope.TenantScope;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes to the database, in one transaction for many files, what the ledger committed and freed and
 * what the chronicle was told.
 *
 * <p>If the answer to a COMMIT is lost, the number of the last settlement in {@code
 * gateway_process} tells afterwards whether it was made, so that nothing is counted twice or never.
 *
 * <p>Threads: any; one settles at a time.
 */
public final class Settler {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);

  /**
   * A settlement whose end is not known yet.
   *
   * @param owed what {@code used} was too small for, by scope
   */
  private record Doubtful(long batch, List<Settlement> settlements, Map<Long, Amount> owed) {
    Amount owedBy(Settlement s) {
      return owed.getOrDefault(s.scope().id(), Amount.NONE);
    }
  }

  private final QuotaLedger ledger;
  private final LedgerTable table;
  private final ProcessTable processes;
  private final LedgerSettings settings;
  private final LedgerMeters meters;
  private final JournalChronicle chronicle;
  private final JdbcTemplate jdbc;
  private final ChainWriter chains;
  private final TransactionTemplate transaction;
  private final ReentrantLock settling = new ReentrantLock();
  private long batch;
  private @Nullable Doubtful doubtful;

  /**
   * @param transaction always a new one
   */
  Settler(
      QuotaLedger ledger,
      LedgerTable table,
      ProcessTable processes,
      LedgerSettings settings,
      LedgerMeters meters,
      JournalChronicle chronicle,
      JdbcTemplate jdbc,
      TransactionTemplate transaction) {
    this.ledger = ledger;
    this.table = table;
    this.processes = processes;
    this.settings = settings;
    this.meters = meters;
    this.chronicle = chronicle;
    this.jdbc = jdbc;
    this.chains = new ChainWriter(jdbc);
    this.transaction = transaction;
  }

  /**
   * Settles everything that was committed, freed or told before the call, of all tenants, whoever's
   * request waits for it.
   *
   * @param idle unspent leases that rested so long go back too; zero: all of them
   * @throws org.springframework.dao.DataAccessException if the database does not answer; nothing is
   *     lost, the next call has it
   */
  public void settle(Duration idle) {
    TenantScope.runForGateway(() -> settleAll(idle));
  }

  private void settleAll(Duration idle) {
    settling.lock();
    try {
      long lastFile = chronicle.lastFile();
      boolean more = true;
      while (more) {
        Waiting lines = chronicle.takeWaiting(lastFile);
        settleWith(lines, idle);
        more = lines.more();
      }
    } finally {
      settling.unlock();
    }
  }

  /** As {@link #settle}, but what was told waits: for who waits for room. */
  void settleUsage(Duration idle) {
    settling.lock();
    try {
      settleWith(Waiting.NOTHING, idle);
    } finally {
      settling.unlock();
    }
  }

  private void settleWith(Waiting lines, Duration idle) {
    clearDoubt();
    readUncertainLeases();
    long now = System.nanoTime();
    List<Settlement> begun =
        ledger.activeScopes().stream()
            .sorted(Comparator.comparingLong(ScopeLedger::id))
            .map(scope -> scope.beginSettling(idle, now))
            .filter(s -> !s.isNothing())
            .toList();
    if (begun.isEmpty() && lines.isNothing()) {
      return;
    }
    Doubtful current = new Doubtful(++batch, begun, new HashMap<>());
    doubtful = current;
    try {
      transaction.executeWithoutResult(status -> write(current, lines));
    } catch (DataIntegrityViolationException refused) {
      if (lines.isNothing()) {
        throw refused;
      }
      // A single bad line must not hold up the ledger.
      log.error("The database refuses a line of the chronicle", refused);
      JournalChronicle.writeEach(lines, jdbc, chains, transaction);
      chronicle.forget(lines);
      settleWith(Waiting.NOTHING, idle);
      return;
    }
    settled(current);
    chronicle.forget(lines);
    meters.settled();
  }

  private void write(Doubtful current, Waiting lines) {
    DataSource source = jdbc.getDataSource();
    if (source == null || !TransactionSynchronizationManager.hasResource(source)) {
      throw new IllegalStateException("the transactions are not those of the ledger's data source");
    }
    if (!current.settlements().isEmpty()) {
      processes.markSettled(current.batch());
    }
    for (Settlement s : current.settlements()) {
      Amount owed = table.settle(s.scope().id(), s.usedChange(), s.leaseGone());
      current.owed().put(s.scope().id(), owed);
    }
    // Last of all: whoever has a chain asks for nothing of the ledger (ADR 13).
    JournalChronicle.write(lines, jdbc, chains);
  }

  private void settled(Doubtful done) {
    doubtful = null;
    long now = System.nanoTime();
    Duration patience = settings.deadAfter().multipliedBy(2);
    for (Settlement s : done.settlements()) {
      Amount owed = done.owedBy(s);
      s.scope().settled(s, owed, now);
      if (!owed.isNone() && s.scope().writeOff(owed, patience, now)) {
        meters.drifted(owed.bytes());
        log.warn("Scope {}: {} more were freed than were ever used", s.scope().id(), owed);
      }
    }
  }

  private void clearDoubt() {
    Doubtful last = doubtful;
    if (last == null) {
      return;
    }
    boolean committed = !last.settlements().isEmpty() && processes.settledBatch() == last.batch();
    if (committed) {
      settled(last);
    } else {
      last.settlements().forEach(s -> s.scope().notSettled());
      doubtful = null;
    }
  }

  /** Where the answer to a grant was lost, what was granted stands in the database. */
  private void readUncertainLeases() {
    for (ScopeLedger scope : ledger.activeScopes()) {
      if (scope.isUncertain()) {
        Amount lease =
            transaction.execute(
                status -> {
                  // Waits for a grant that is still under way though nobody waits for its answer.
                  table.lock(List.of(scope.id()));
                  return table.lease(scope.id());
                });
        scope.resync(lease == null ? Amount.NONE : lease);
      }
    }
  }

  /** After this process was taken for dead: what it had not settled was counted by another. */
  void startAnew() {
    settling.lock();
    try {
      doubtful = null;
      ledger.startAnew();
    } finally {
      settling.unlock();
    }
  }
}
