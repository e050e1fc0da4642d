package io.quaymaster.ssh;

import io.quaymaster.account.AccountEvent;
import io.quaymaster.account.AccountEvent.KeyRevoked;
import io.quaymaster.certificate.AuthorityRemoved;
import io.quaymaster.session.EndOrder;
import io.quaymaster.session.SessionEndings;
import org.springframework.context.event.EventListener;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Ends the sessions that an admin's change must reach: here as soon as the change is committed, and
 * in every other process by a notice that travels with the commit.
 */
class SessionEnder {
  private final SessionEndings endings;

  SessionEnder(SessionEndings endings) {
    this.endings = endings;
  }

  private static EndOrder order(AccountEvent event) {
    return event instanceof KeyRevoked(_, long keyId)
        ? EndOrder.ofKey(keyId, event.reason())
        : EndOrder.ofAccount(event.accountId(), event.reason());
  }

  private static EndOrder order(AuthorityRemoved event) {
    return EndOrder.ofAuthority(event.authorityId(), "the certificate authority was removed");
  }

  @EventListener
  void tellOthers(AccountEvent event) {
    if (event.endsSessions()) {
      endings.publish(order(event));
    }
  }

  @EventListener
  void tellOthers(AuthorityRemoved event) {
    endings.publish(order(event));
  }

  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void committed(AccountEvent event) {
    if (event.endsSessions()) {
      endings.carryOut(order(event));
    }
  }

  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void committed(AuthorityRemoved event) {
    endings.carryOut(order(event));
  }
}
