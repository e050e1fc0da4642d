package io.quaymaster.ssh;

import io.quaymaster.account.AccountEvent;
import io.quaymaster.account.AccountEvent.KeyRevoked;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Ends the sessions that an admin's change must reach: here as soon as the change is committed, and
 * in every other process by a notice that travels with the commit.
 */
class SessionEnder {
  private static final String NOTICE = "end_sessions";

  private final LiveSessions sessions;
  private final ClusterNotices notices;

  SessionEnder(LiveSessions sessions, ClusterNotices notices) {
    this.sessions = sessions;
    this.notices = notices;
    notices.subscribe(NOTICE, this::heard);
  }

  /** Whose sessions end, as it travels: {@code account 12 0 reason} or {@code key 12 34 reason}. */
  private record Order(boolean key, long accountId, long keyId, String reason) {
    static Order of(AccountEvent event) {
      return event instanceof KeyRevoked(long accountId, long keyId)
          ? new Order(true, accountId, keyId, event.reason())
          : new Order(false, event.accountId(), 0, event.reason());
    }

    String text() {
      return "%s %d %d %s".formatted(key ? "key" : "account", accountId, keyId, reason);
    }

    static Order parse(String text) {
      String[] words = text.split(" ", 4);
      return new Order(
          words[0].equals("key"), Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]);
    }

    boolean isFor(LiveSession session) {
      return session.accountId() == accountId
          && (!key || Long.valueOf(keyId).equals(session.keyId()));
    }
  }

  @EventListener
  void tellOthers(AccountEvent event) {
    if (event.endsSessions()) {
      notices.publish(NOTICE, Order.of(event).text());
    }
  }

  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void committed(AccountEvent event) {
    if (event.endsSessions()) {
      end(Order.of(event));
    }
  }

  private void heard(String notice) {
    end(Order.parse(notice));
  }

  private void end(Order order) {
    sessions.end(order::isFor, "This session was ended: " + order.reason() + ".");
  }
}
