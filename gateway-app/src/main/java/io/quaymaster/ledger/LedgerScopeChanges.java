package io.quaymaster.ledger;

import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.QuotaAssembly;
import io.quaymaster.quota.ScopeChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the ledger of this process, and through it all others, what admins change. */
final class LedgerScopeChanges implements ScopeChanges {
  private static final Logger log = LoggerFactory.getLogger(LedgerScopeChanges.class);

  private final QuotaAssembly ledger;

  LedgerScopeChanges(QuotaAssembly ledger) {
    this.ledger = ledger;
  }

  /**
   * In a thread of its own: the caller's has just committed, and what it asked of the database now
   * would belong to a transaction that nobody commits.
   */
  @Override
  public void placeCreated(long scopeId) {
    Thread counting = Thread.ofVirtual().name("count-place").start(() -> count(scopeId));
    try {
      counting.join();
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  private void count(long scopeId) {
    try {
      ledger.placeMade(scopeId);
    } catch (FileFailure | RuntimeException failed) {
      log.error("The new place {} could not be counted. It is tried again.", scopeId, failed);
    }
  }

  @Override
  public void limitChanged(long scopeId) {
    ledger.limitChanged(scopeId);
  }
}
