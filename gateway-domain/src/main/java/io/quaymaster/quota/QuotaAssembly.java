package io.quaymaster.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.Journal;
import io.quaymaster.audit.JournalChronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStores;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * All parts of the quota ledger of one process, put together. {@link #start} and {@link #stop} are
 * each called once, around everything that uses the ledger; {@link ClusterNotices} is started and
 * stopped by who made it.
 *
 * <p>Threads: any.
 */
public final class QuotaAssembly {
  private final QuotaLedger ledger;
  private final SharedFiles sharedFiles;
  private final StoreGates gates = new StoreGates();
  private final Settler settler;
  private final Recounter recounter;
  private final JournalChronicle chronicle;
  private final ClusterNotices notices;
  private final QuotaHousekeeping housekeeping;

  /**
   * @param source for all that the ledger asks; not inside of a caller's transaction
   * @param stores what is counted
   * @param journal in a folder of this process alone, which a successor takes over
   * @param process a new one for each run
   */
  public QuotaAssembly(
      DataSource source,
      PlatformTransactionManager transactions,
      FileStores stores,
      Journal journal,
      LedgerSettings settings,
      MeterRegistry registry,
      ClusterNotices notices,
      UUID process) {
    LedgerTable table = new LedgerTable(JdbcClient.create(source), process);
    ProcessTable processes = new ProcessTable(JdbcClient.create(source), process);
    LedgerMeters meters = new LedgerMeters(registry);
    TransactionTemplate transaction = new TransactionTemplate(transactions);
    transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    this.notices = notices;
    this.chronicle = new JournalChronicle(journal, this::settle);
    Leases leases =
        new Leases(
            table,
            settings,
            meters,
            this::settleUsage,
            scope -> notices.publish(QuotaHousekeeping.RECLAIM, Long.toString(scope)));
    this.ledger = new QuotaLedger(table, processes, settings, leases);
    this.settler =
        new Settler(
            ledger,
            table,
            processes,
            settings,
            meters,
            chronicle,
            new JdbcTemplate(source),
            transaction);
    this.sharedFiles = new SharedFiles(ledger);
    this.recounter =
        new Recounter(ledger, table, meters, sharedFiles, gates, stores, settler, transaction);
    DeadProcesses dead =
        new DeadProcesses(ledger, processes, meters, sharedFiles, gates, settler, recounter);
    this.housekeeping =
        new QuotaHousekeeping(
            ledger,
            table,
            processes,
            settings,
            settler,
            dead,
            recounter,
            notices,
            new ProcessMarker(journal.folder()),
            meters,
            transaction);
    meters.showReserved(ledger);
    meters.showJournal(journal);
  }

  private void settle() {
    settler.settle(housekeeping.leaseIdle());
  }

  private void settleUsage() {
    settler.settleUsage(housekeeping.leaseIdle());
  }

  /**
   * Registers the process, settles the one that used its folder before, and keeps house from now
   * on. If the database is away all of it is done when it is back.
   */
  public void start() {
    housekeeping.start();
  }

  /**
   * Settles everything, gives all leases back and takes the process out of the database. Sessions
   * have ended before. If the database is away another process does it later.
   */
  public void stop() throws InterruptedException {
    housekeeping.stop();
  }

  public QuotaLedger ledger() {
    return ledger;
  }

  public SharedFiles sharedFiles() {
    return sharedFiles;
  }

  public StoreGates gates() {
    return gates;
  }

  /** {@code settle(Duration.ZERO)} before usage is read: then only what is being written counts. */
  public Settler settler() {
    return settler;
  }

  public Recounter recounter() {
    return recounter;
  }

  public Chronicle chronicle() {
    return chronicle;
  }

  /**
   * An admin made a place and its row is committed: counts what lies there already, and lets all
   * processes count in it from now on.
   *
   * @throws FileFailure if the place cannot be counted; may be called again
   */
  public void placeMade(long scopeId) throws FileFailure {
    housekeeping.placeMade(scopeId);
  }

  /**
   * An admin changed a limit: every process gives back what it holds unspent, so that the new limit
   * holds from now on and not only for what is granted next.
   */
  public void limitChanged(long scopeId) {
    notices.publish(QuotaHousekeeping.RECLAIM, Long.toString(scopeId));
  }
}
