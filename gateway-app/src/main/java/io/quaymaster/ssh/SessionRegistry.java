package io.quaymaster.ssh;

import io.quaymaster.login.Grant;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import io.quaymaster.ssh.ByteRates.Direction;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/** The sessions of this process that are authenticated and open. Threads: any. */
final class SessionRegistry implements LiveSessions {
  private static final AttributeKey<ServedSession> SERVED = new AttributeKey<>();
  private static final AttributeKey<String> REFUSED = new AttributeKey<>();

  private final Map<String, ServedSession> open = new ConcurrentHashMap<>();
  private final ByteRates rates;
  private final Clock clock;

  SessionRegistry(ByteRates rates, Clock clock) {
    this.rates = rates;
    this.clock = clock;
  }

  /**
   * Lets a session in, if its account and its tenant may have one more.
   *
   * @return the limit that says no; empty if the session is in
   */
  synchronized Optional<String> enter(ServerSession ssh, Grant grant) {
    Grant.Limits limits = grant.limits();
    if (isFull(limits.accountSessions(), s -> s.grant().accountId() == grant.accountId())) {
      return Optional.of("this account may have " + limits.accountSessions() + " sessions at once");
    }
    if (isFull(limits.tenantSessions(), s -> s.grant().tenantId() == grant.tenantId())) {
      return Optional.of("this tenant may have " + limits.tenantSessions() + " sessions at once");
    }
    ServedSession session =
        new ServedSession(
            ssh, grant, rates.of(grant, Direction.UP), rates.of(grant, Direction.DOWN), clock);
    open.put(grant.sessionId(), session);
    ssh.setAttribute(SERVED, session);
    return Optional.empty();
  }

  private boolean isFull(@Nullable Long limit, Predicate<ServedSession> counted) {
    return limit != null && open.values().stream().filter(counted).count() >= limit;
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
  public List<LiveSession> list(Predicate<LiveSession> which) {
    return open.values().stream()
        .map(ServedSession::live)
        .filter(which)
        .sorted(Comparator.comparing(LiveSession::startedAt).thenComparing(LiveSession::id))
        .toList();
  }

  @Override
  public int end(Predicate<LiveSession> which, String reason) {
    List<ServedSession> ended = open.values().stream().filter(s -> which.test(s.live())).toList();
    ended.forEach(s -> s.end(reason));
    return ended.size();
  }
}
