package io.quaymaster.process;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What a shutdown hook does: refuses readiness, stops the gateway in the order of {@link Phases},
 * and ends the process with 0. Spring Boot's own hook would leave readiness up meanwhile, and the
 * JVM's status would be that of the signal.
 *
 * <p>Threads: the application is started by one, {@link #run} is called by another.
 */
public final class CleanExit
    implements ApplicationContextInitializer<ConfigurableApplicationContext>, Runnable {
  private volatile @Nullable ConfigurableApplicationContext context;

  @Override
  public void initialize(ConfigurableApplicationContext started) {
    context = started;
  }

  /** Does not return if the gateway was running. */
  @Override
  public void run() {
    ConfigurableApplicationContext gateway = context;
    if (gateway == null || !gateway.isActive()) {
      return;
    }
    if (!gateway.isRunning()) {
      // In the middle of its start.
      gateway.close();
      return;
    }
    AvailabilityChangeEvent.publish(gateway, ReadinessState.REFUSING_TRAFFIC);
    gateway.close();
    Runtime.getRuntime().halt(0);
  }
}
