package io.quaymaster.trail;

import io.quaymaster.audit.chain.AuditKeeper;
import io.quaymaster.process.Phases;
import io.quaymaster.process.Turns;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One thread that keeps the audit log. It is started before anybody appends and stopped when nobody
 * does any more, so that the last rows are signed too.
 */
final class KeeperLifecycle implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(KeeperLifecycle.class);

  /** How often is looked whether a chain has grown long. */
  private static final Duration LONGEST_TURN = Duration.ofSeconds(5);

  private static final Duration MONTHS_INTERVAL = Duration.ofHours(1);

  private final AuditKeeper keeper;
  private final Turns turns;

  /** The thread's own. */
  private long monthsAt;

  KeeperLifecycle(AuditKeeper keeper, Duration checkpointInterval) {
    this.keeper = keeper;
    this.turns =
        new Turns(
            "audit-keeper",
            checkpointInterval.compareTo(LONGEST_TURN) < 0 ? checkpointInterval : LONGEST_TURN,
            this::turn);
  }

  @Override
  public void start() {
    guarded(keeper::makePartitions);
    turns.start(this::begin);
  }

  private void begin() {
    monthsAt = System.nanoTime();
    guarded(keeper::dropOld);
  }

  private void turn() {
    guarded(() -> keeper.sign(false));
    if (System.nanoTime() - monthsAt >= MONTHS_INTERVAL.toNanos()) {
      monthsAt = System.nanoTime();
      guarded(keeper::makePartitions);
      guarded(keeper::dropOld);
    }
  }

  /** Whatever goes wrong, the next turn comes. */
  private static void guarded(Runnable work) {
    try {
      work.run();
    } catch (DataAccessException | TransactionException away) {
      log.warn("The audit log is not kept now, and will be later: {}", away.getMessage());
    } catch (UncheckedIOException unwritable) {
      log.error("The audit log's anchors cannot be written", unwritable);
    } catch (RuntimeException defect) {
      log.error("Keeping the audit log failed", defect);
    }
  }

  @Override
  public void stop() {
    if (turns.stop(null)) {
      guarded(() -> keeper.sign(true));
    }
  }

  @Override
  public boolean isRunning() {
    return turns.areRunning();
  }

  @Override
  public int getPhase() {
    return Phases.CHRONICLE;
  }
}
