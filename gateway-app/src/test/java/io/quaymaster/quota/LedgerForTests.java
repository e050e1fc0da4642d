package io.quaymaster.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.Journal;
import io.quaymaster.audit.ObservedChronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileStores;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The real ledger and audit log of one process, as the gateway wires them. */
public final class LedgerForTests {
  private static final long JOURNAL_BYTES = 1 << 28;

  private final ClusterNotices notices;
  private final QuotaAssembly ledger;
  private final Chronicle chronicle;

  /**
   * @param process its id in {@code gateway_process}
   */
  public LedgerForTests(
      DataSource source, FileStores stores, Path journal, MeterRegistry registry, UUID process)
      throws IOException {
    notices = new ClusterNotices(source);
    ledger =
        new QuotaAssembly(
            source,
            new DataSourceTransactionManager(source),
            stores,
            new Journal(journal, JOURNAL_BYTES),
            LedgerSettings.DEFAULTS,
            registry,
            notices,
            process);
    chronicle = new ObservedChronicle(ledger.chronicle(), registry);
    notices.start();
    ledger.start();
  }

  public QuotaLedger ledger() {
    return ledger.ledger();
  }

  public SharedFiles sharedFiles() {
    return ledger.sharedFiles();
  }

  public StoreGates gates() {
    return ledger.gates();
  }

  public Chronicle chronicle() {
    return chronicle;
  }

  /** Writes all that is known to the database, and gives every unspent lease back. */
  public void settle() {
    ledger.settler().settle(Duration.ZERO);
  }

  public void close() {
    try {
      ledger.stop();
      notices.stop();
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }
}
