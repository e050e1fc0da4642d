package io.quaymaster.ssh;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.login.Grant;
import io.quaymaster.session.ClusterSessions;
import io.quaymaster.session.SessionEndings;
import java.util.Optional;
import org.apache.sshd.server.session.ServerSession;

/**
 * The last step of a login: a grant becomes a session of the cluster, if the limits allow. Threads:
 * any.
 */
final class Admission {
  private final SessionRegistry sessions;
  private final ClusterSessions cluster;
  private final SessionEndings endings;
  private final Counter refusals;

  Admission(
      SessionRegistry sessions,
      ClusterSessions cluster,
      SessionEndings endings,
      MeterRegistry registry) {
    this.sessions = sessions;
    this.cluster = cluster;
    this.endings = endings;
    this.refusals =
        Counter.builder("quaymaster.session.limit.refusals")
            .description("Logins refused because an account or a tenant had all its sessions")
            .register(registry);
  }

  /**
   * Opens a session.
   *
   * @param readNanos when the account was about to be read
   * @return the limit that says no; empty if the session is in
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   * @throws org.springframework.transaction.TransactionException likewise
   */
  Optional<String> enter(ServerSession ssh, Grant grant, long readNanos) {
    ServedSession session = sessions.prepare(ssh, grant);
    ClusterSessions.Limits limits =
        new ClusterSessions.Limits(
            grant.limits().accountSessions(), grant.limits().tenantSessions());
    Optional<String> full = cluster.enter(session.live(), limits, () -> sessions.open(session));
    if (full.isPresent()) {
      refusals.increment();
    } else {
      endings.missed(session.live(), readNanos).ifPresent(session::end);
    }
    return full;
  }

  /** Returns the session that ends; empty if it never began or has left before. */
  Optional<ServedSession> leave(ServerSession ssh) {
    Optional<ServedSession> left = sessions.leave(ssh);
    left.ifPresent(session -> cluster.left(session.grant().sessionId()));
    return left;
  }

  /** Says why an authenticated connection gets no session; it is about to be closed. */
  void refuse(ServerSession ssh, String reason) {
    sessions.refuse(ssh, reason);
  }
}
