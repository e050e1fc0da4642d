package io.quaymaster.session;

import io.quaymaster.cluster.ClusterNotices;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Ends the sessions that a change must reach: here as soon as somebody says so, and in every other
 * process by a notice that travels with the commit and that nobody misses. An order also reaches a
 * session that begins just now and was granted before the change.
 *
 * <p>Threads: any.
 */
public final class SessionEndings {
  private static final String NOTICE = "end_sessions";

  /**
   * A process that hears nothing for longer cannot know what it missed, and ends all its sessions.
   */
  static final Duration KEPT = Duration.ofHours(1);

  /** Longer than a login lies between its look at the account and its row. */
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  /** Orders that are remembered; beyond them the oldest go. */
  private static final int MOST = 4_096;

  private record Remembered(EndOrder order, long nanos) {}

  private final LocalSessions local;
  private final ClusterNotices notices;
  private final Deque<Remembered> recent = new ArrayDeque<>();

  public SessionEndings(LocalSessions local, ClusterNotices notices) {
    this.local = local;
    this.notices = notices;
    notices.subscribe(NOTICE, text -> carryOut(EndOrder.parse(text)));
    notices.whenReconnectedAfter(this::cutOff);
  }

  /**
   * Tells all processes, when the caller's transaction commits if there is one.
   *
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  public void publish(EndOrder order) {
    notices.publishKept(NOTICE, order.text(), KEPT);
  }

  /**
   * Ends what is open here.
   *
   * @return how many sessions
   */
  public int carryOut(EndOrder order) {
    synchronized (recent) {
      recent.addLast(new Remembered(order, System.nanoTime()));
      while (recent.size() > MOST || isOld(recent.getFirst())) {
        recent.removeFirst();
      }
    }
    return local.end(order::isFor, order.farewell());
  }

  private static boolean isOld(Remembered remembered) {
    return System.nanoTime() - remembered.nanos() > REMEMBERED.toNanos();
  }

  /**
   * For a session that is among the open ones now: whether an order came while it was on its way.
   *
   * @param sinceNanos when its account was about to be read
   * @return what the client hears
   */
  public Optional<String> missed(LiveSession session, long sinceNanos) {
    synchronized (recent) {
      return recent.stream()
          .filter(r -> r.nanos() - sinceNanos >= 0 && r.order().isFor(session))
          .map(r -> r.order().farewell())
          .findFirst();
    }
  }

  private void cutOff(Duration away) {
    if (away.compareTo(KEPT) >= 0) {
      local.end(_ -> true, "This session was ended: the gateway was cut off from its database.");
    }
  }
}
