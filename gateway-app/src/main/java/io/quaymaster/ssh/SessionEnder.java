package io.quaymaster.ssh;

import io.quaymaster.account.AccountEvent;
import io.quaymaster.account.AccountEvent.KeyRevoked;
import io.quaymaster.certificate.AuthorityRemoved;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import java.util.Locale;
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

  /** What sessions have in common that end; its wire name is the lower-case name. */
  private enum Kind {
    ACCOUNT,
    KEY,
    AUTHORITY
  }

  /**
   * Whose sessions end, as it travels: {@code account 12 0 reason}, {@code key 12 34 reason} or
   * {@code authority 0 5 reason}.
   */
  private record Order(Kind kind, long accountId, long otherId, String reason) {
    static Order of(AccountEvent event) {
      return event instanceof KeyRevoked(long accountId, long keyId)
          ? new Order(Kind.KEY, accountId, keyId, event.reason())
          : new Order(Kind.ACCOUNT, event.accountId(), 0, event.reason());
    }

    static Order of(AuthorityRemoved event) {
      return new Order(
          Kind.AUTHORITY, 0, event.authorityId(), "the certificate authority was removed");
    }

    String text() {
      return "%s %d %d %s"
          .formatted(kind.name().toLowerCase(Locale.ROOT), accountId, otherId, reason);
    }

    static Order parse(String text) {
      String[] words = text.split(" ", 4);
      return new Order(
          Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          words[3]);
    }

    boolean isFor(LiveSession session) {
      return switch (kind) {
        case ACCOUNT -> session.accountId() == accountId;
        case KEY -> session.accountId() == accountId && session.keyIds().contains(otherId);
        case AUTHORITY -> session.authorityIds().contains(otherId);
      };
    }
  }

  @EventListener
  void tellOthers(AccountEvent event) {
    if (event.endsSessions()) {
      notices.publish(NOTICE, Order.of(event).text());
    }
  }

  @EventListener
  void tellOthers(AuthorityRemoved event) {
    notices.publish(NOTICE, Order.of(event).text());
  }

  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void committed(AccountEvent event) {
    if (event.endsSessions()) {
      end(Order.of(event));
    }
  }

  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void committed(AuthorityRemoved event) {
    end(Order.of(event));
  }

  private void heard(String notice) {
    end(Order.parse(notice));
  }

  private void end(Order order) {
    sessions.end(order::isFor, "This session was ended: " + order.reason() + ".");
  }
}
