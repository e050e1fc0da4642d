package io.quaymaster.process;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quaymaster.secret.Resealer;
import io.quaymaster.secret.Resealer.Count;
import io.quaymaster.secret.SecretSeal.KeyUse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One thread that seals anew what previous keys sealed, counts what is left, and says what an
 * operator must know: which key is missing, and when a previous one can go.
 */
final class SealLifecycle implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(SealLifecycle.class);

  /** A few rows are quickly done; if not, the transaction is rolled back with the process. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Resealer resealer;
  private final MultiGauge gauge;
  private final Turns turns;
  private Set<String> toldMissing = Set.of();
  private boolean toldDone;

  SealLifecycle(Resealer resealer, Duration interval, MeterRegistry registry) {
    this.resealer = resealer;
    this.turns = new Turns("resealer", interval, this::turn);
    this.gauge =
        MultiGauge.builder("quaymaster.sealed.secrets")
            .description("Sealed secrets in the database by the key that opens them")
            .register(registry);
  }

  @Override
  public void start() {
    turn();
    turns.start(() -> {});
  }

  /** Whatever goes wrong, the next turn comes. */
  private void turn() {
    try {
      int exchanged = resealer.resealAll();
      List<Count> counts = resealer.census();
      show(counts);
      if (exchanged > 0) {
        log.info("Sealed {} secrets anew with the current seal key", exchanged);
      }
      tellMissing(counts);
      tellDone(counts);
    } catch (DataAccessException | TransactionException away) {
      log.warn("Secrets are not sealed anew now, and will be later: {}", away.getMessage());
    } catch (RuntimeException defect) {
      log.error("Sealing secrets anew failed", defect);
    }
  }

  private void show(List<Count> counts) {
    gauge.register(
        counts.stream()
            .map(
                c ->
                    MultiGauge.Row.of(Tags.of("key", c.keyId(), "use", name(c.use())), c.secrets()))
            .collect(Collectors.toList()),
        true);
  }

  private static String name(KeyUse use) {
    return use.name().toLowerCase(Locale.ROOT);
  }

  private void tellMissing(List<Count> counts) {
    List<Count> missing = counts.stream().filter(c -> c.use() == KeyUse.MISSING).toList();
    Set<String> ids = missing.stream().map(Count::keyId).collect(Collectors.toSet());
    if (!ids.equals(toldMissing) && !ids.isEmpty()) {
      log.error(
          "{} sealed secrets need the seal key {}, which this gateway does not have; among them {}."
              + " Give it in QUAYMASTER_SEAL_PREVIOUS_KEYS or in the key file.",
          missing.stream().mapToLong(Count::secrets).sum(),
          String.join(", ", ids),
          String.join(", ", resealer.examplesOf(ids)));
    }
    toldMissing = ids;
  }

  private void tellDone(List<Count> counts) {
    List<Count> previous = counts.stream().filter(c -> c.use() == KeyUse.PREVIOUS).toList();
    boolean done = !previous.isEmpty() && previous.stream().allMatch(c -> c.secrets() == 0);
    if (done && !toldDone) {
      log.info(
          "No secret needs the previous seal key {} any more. It can be taken out when no gateway"
              + " has it as its current one.",
          previous.stream().map(Count::keyId).collect(Collectors.joining(", ")));
    }
    toldDone = done;
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
