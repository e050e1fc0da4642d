package io.quaymaster.ssh;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a gateway that nobody is to notice: whoever moves no file is told and goes, transfers
 * under way may end. Threads: the one that stops.
 */
final class Drain {
  /** How often is looked who has nothing under way any more. */
  private static final Duration LOOK = Duration.ofMillis(50);

  private static final String FAREWELL = "This session was ended: the gateway is being stopped.";
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  private final SessionRegistry sessions;
  private final Duration delay;
  private final Duration timeout;
  private final Set<ServedSession> told = new HashSet<>();

  /**
   * @param delay between the word that no more connections are wanted and the end of listening
   * @param timeout for transfers under way
   */
  Drain(SessionRegistry sessions, Duration delay, Duration timeout) {
    this.sessions = sessions;
    this.delay = delay;
    this.timeout = timeout;
  }

  /** Connections may still come: what sends them here has not heard yet that it should not. */
  void awaitUnwanted() throws InterruptedException {
    Thread.sleep(delay);
  }

  /** When nobody comes any more: returns when all sessions have ended, or the time is over. */
  void awaitSessions() throws InterruptedException {
    long giveUpAt = System.nanoTime() + timeout.toNanos();
    Set<ServedSession> resting = Set.of();
    while (sessions.size() > 0 && System.nanoTime() - giveUpAt < 0) {
      resting = endWhoStillRests(resting);
      Thread.sleep(LOOK);
    }
    if (sessions.size() > 0) {
      log.info(
          "{} sessions still move files after {} s; what they have brought stays",
          sessions.size(),
          timeout.toSeconds());
    }
  }

  /**
   * Who moved nothing in the look before either: between the end of a file and the client's word of
   * it there is a moment.
   *
   * @return who moves nothing now
   */
  private Set<ServedSession> endWhoStillRests(Set<ServedSession> before) {
    Set<ServedSession> resting = new HashSet<>();
    for (ServedSession session : sessions.open()) {
      if (!session.isTransferring() && !before.contains(session)) {
        resting.add(session);
      } else if (!session.isTransferring() && told.add(session)) {
        // Who takes no byte would hold up the others.
        Thread.ofVirtual()
            .name("end " + session.grant().sessionId())
            .start(() -> session.end(FAREWELL));
      }
    }
    return resting;
  }
}
