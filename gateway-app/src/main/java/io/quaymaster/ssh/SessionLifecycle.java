package io.quaymaster.ssh;

import io.quaymaster.process.Phases;
import io.quaymaster.session.ClusterSessions;
import org.springframework.context.SmartLifecycle;

/** The rows of sessions are kept while there can be sessions. */
final class SessionLifecycle implements SmartLifecycle {
  private final ClusterSessions sessions;
  private volatile boolean running;

  SessionLifecycle(ClusterSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void start() {
    sessions.start();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    try {
      sessions.stop();
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
    return Phases.SESSIONS;
  }
}
