package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.process.Phases;
import io.quaymaster.process.Turns;
import io.quaymaster.store.StoreSweep;
import io.quaymaster.stores.StoreRows.Swept;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** One thread that sweeps all bucket stores from time to time, one after the other. */
final class SweepLifecycle implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(SweepLifecycle.class);

  /** How long a stop waits for the store that is being swept; its lock goes with the process. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final StoreRows rows;
  private final StoreSweeper sweeper;
  private final Turns turns;

  SweepLifecycle(StoreRows rows, StoreSweeper sweeper, Duration interval) {
    this.rows = rows;
    this.sweeper = sweeper;
    this.turns = new Turns("store-sweep", interval, this::sweepAll);
  }

  @Override
  public void start() {
    turns.start(() -> {});
  }

  private void sweepAll() {
    try {
      for (Swept store : rows.buckets()) {
        if (!turns.areStopping()) {
          sweep(store);
        }
      }
    } catch (FileFailure away) {
      log.warn("The stores to sweep cannot be looked up: {}", away.getMessage());
    }
  }

  /** One store's trouble is not the next one's. */
  private void sweep(Swept store) {
    try {
      sweeper.sweep(store.tenantId(), store.id()).ifPresent(done -> tell(store, done));
    } catch (FileFailure failed) {
      log.warn(
          "Store {} could not be swept: {}. It is tried again.",
          store.label(),
          failed.getMessage());
    } catch (RuntimeException defect) {
      log.error("The sweep of store {} failed", store.label(), defect);
    }
  }

  private static void tell(Swept store, StoreSweep.Swept done) {
    if (done.expiredUploads() + done.orphanUploadsAborted() > 0) {
      log.info(
          "Swept store {}: {} expired uploads removed, {} orphan uploads aborted",
          store.label(),
          done.expiredUploads(),
          done.orphanUploadsAborted());
    }
  }

  @Override
  public void stop() {
    turns.stop(STOP_PATIENCE);
  }

  @Override
  public boolean isRunning() {
    return turns.areRunning();
  }

  @Override
  public int getPhase() {
    return Phases.SWEEP;
  }
}
