package io.quaymaster.ssh.admission;

import io.quaymaster.admission.BanKeeper;
import io.quaymaster.admission.Penalties;
import io.quaymaster.process.Phases;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Bans are known before the first connection, and written after the last. */
public final class BanLifecycle implements SmartLifecycle {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(BanLifecycle.class);

  private final BanKeeper keeper;
  private final Penalties penalties;
  private volatile boolean running;

  public BanLifecycle(BanKeeper keeper, Penalties penalties) {
    this.keeper = keeper;
    this.penalties = penalties;
  }

  @Override
  public void start() {
    keeper.start();
    penalties.start();
    running = true;
    try {
      if (!keeper.awaitFirstLook(PATIENCE)) {
        log.warn("The gateway starts without knowing who is banned; it is asked for again");
      }
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stop() {
    running = false;
    try {
      penalties.stop();
      keeper.stop();
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
    return Phases.BANS;
  }
}
