package io.quaymaster.ledger;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.process.Phases;
import io.quaymaster.quota.QuotaAssembly;
import org.springframework.context.SmartLifecycle;

/** Starts the ledger before anybody can write, and stops it when nobody can any more. */
final class LedgerLifecycle implements SmartLifecycle {
  private final QuotaAssembly ledger;
  private final ClusterNotices notices;
  private volatile boolean running;

  LedgerLifecycle(QuotaAssembly ledger, ClusterNotices notices) {
    this.ledger = ledger;
    this.notices = notices;
  }

  @Override
  public void start() {
    notices.start();
    ledger.start();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    try {
      ledger.stop();
      notices.stop();
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return Phases.LEDGER;
  }
}
