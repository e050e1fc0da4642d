package io.quaymaster.ssh;

import io.quaymaster.cluster.Bandwidth.Direction;
import io.quaymaster.login.Grant;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LocalSessions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.server.session.ServerSession;

/** The sessions of this process that are authenticated and open. Threads: any. */
final class SessionRegistry implements LocalSessions {
  private static final AttributeKey<ServedSession> SERVED = new AttributeKey<>();
  private static final AttributeKey<String> REFUSED = new AttributeKey<>();

  private final Map<String, ServedSession> open = new ConcurrentHashMap<>();
  private final ByteRates rates;
  private final Clock clock;

  SessionRegistry(ByteRates rates, Clock clock) {
    this.rates = rates;
    this.clock = clock;
  }

  /** A session that is not open yet. */
  ServedSession prepare(ServerSession ssh, Grant grant) {
    return new ServedSession(
        ssh, grant, rates.of(grant, Direction.UP), rates.of(grant, Direction.DOWN), clock);
  }

  void open(ServedSession session) {
    open.put(session.grant().sessionId(), session);
    session.ssh().setAttribute(SERVED, session);
  }

  /** Says why an authenticated connection gets no grant; it is about to be closed. */
  void refuse(ServerSession ssh, String reason) {
    ssh.setAttribute(REFUSED, reason);
  }

  /** Why the connection serves nothing; empty if it has a grant. */
  Optional<String> refusal(ServerSession ssh) {
    if (ssh.getAttribute(SERVED) != null) {
      return Optional.empty();
    }
    String reason = ssh.getAttribute(REFUSED);
    return Optional.of(reason == null ? "This connection has no grant." : reason);
  }

  /** Returns the session that ends; empty if it never began or has left before. */
  Optional<ServedSession> leave(ServerSession ssh) {
    return Optional.ofNullable(ssh.getAttribute(SERVED))
        .filter(session -> open.remove(session.grant().sessionId(), session));
  }

  /**
   * @throws IllegalStateException before authentication, when there are no channels either
   */
  ServedSession of(ServerSession ssh) {
    ServedSession session = ssh.getAttribute(SERVED);
    if (session == null) {
      throw new IllegalStateException("a channel without a grant");
    }
    return session;
  }

  Optional<Grant> grantOf(ServerSession ssh) {
    return Optional.ofNullable(ssh.getAttribute(SERVED)).map(ServedSession::grant);
  }

  /** Those that are open now. */
  List<ServedSession> open() {
    return List.copyOf(open.values());
  }

  int size() {
    return open.size();
  }

  @Override
  public List<LiveSession> live() {
    return open.values().stream().map(ServedSession::live).toList();
  }

  @Override
  public int end(Predicate<LiveSession> which, String reason) {
    List<ServedSession> ended = open.values().stream().filter(s -> which.test(s.live())).toList();
    ended.forEach(s -> s.end(reason));
    return ended.size();
  }
}
