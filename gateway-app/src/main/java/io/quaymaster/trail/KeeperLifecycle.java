package io.quaymaster.trail;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quaymaster.audit.chain.AuditKeeper;
import io.quaymaster.process.Phases;
import io.quaymaster.process.Turns;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

  private final AtomicLong signed = new AtomicLong(System.nanoTime());
  private final AtomicLong partitioned = new AtomicLong(System.nanoTime());

  /** The thread's own. */
  private long monthsAt;

  KeeperLifecycle(AuditKeeper keeper, Duration checkpointInterval, MeterRegistry registry) {
    this.keeper = keeper;
    Gauge.builder("quaymaster.audit.findings", keeper, AuditKeeper::findings)
        .description("Places where the audit log was found not to be as it was written")
        .register(registry);
    age(registry, "signing", "Time since the audit log was last looked through and signed", signed);
    age(registry, "partitions", "Time since the audit log's partitions were made", partitioned);
    this.turns =
        new Turns(
            "audit-keeper",
            checkpointInterval.compareTo(LONGEST_TURN) < 0 ? checkpointInterval : LONGEST_TURN,
            this::turn);
  }

  private static void age(MeterRegistry registry, String of, String description, AtomicLong since) {
    TimeGauge.builder(
            "quaymaster.audit." + of + ".age",
            since,
            TimeUnit.NANOSECONDS,
            at -> System.nanoTime() - at.get())
        .description(description)
        .register(registry);
  }

  @Override
  public void start() {
    guarded(this::makePartitions);
    turns.start(this::begin);
  }

  private void begin() {
    monthsAt = System.nanoTime();
    guarded(keeper::dropOld);
  }

  private void makePartitions() {
    keeper.makePartitions();
    partitioned.set(System.nanoTime());
  }

  private void sign() {
    keeper.sign(false);
    signed.set(System.nanoTime());
  }

  private void turn() {
    guarded(this::sign);
    if (System.nanoTime() - monthsAt >= MONTHS_INTERVAL.toNanos()) {
      monthsAt = System.nanoTime();
      guarded(this::makePartitions);
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
