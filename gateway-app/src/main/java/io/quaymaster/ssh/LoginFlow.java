package io.quaymaster.ssh;

import io.quaymaster.login.Grant;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginDoor.NotAdmitted;
import io.quaymaster.login.LoginDoor.Reason;
import io.quaymaster.login.LoginState;
import io.quaymaster.ssh.admission.LoginGuard;
import io.quaymaster.ssh.auth.Conversation;
import io.quaymaster.ssh.auth.DefaultTenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * The end of the way in: when MINA says that a session is authenticated, what it has proved becomes
 * a grant.
 */
final class LoginFlow implements SessionListener {
  private static final Logger log = LoggerFactory.getLogger(LoginFlow.class);

  private final LoginDoor door;
  private final Admission admission;
  private final LoginGuard guard;

  LoginFlow(LoginDoor door, Admission admission, LoginGuard guard) {
    this.door = door;
    this.admission = admission;
    this.guard = guard;
  }

  @Override
  public void sessionEvent(Session session, Event event) {
    if (event == Event.Authenticated && session instanceof ServerSession ssh) {
      admit(ssh);
    }
  }

  private void admit(ServerSession ssh) {
    // Keys that were offered in vain before are no login of their own: they are forgotten with it.
    Optional<LoginState.Accepted> login = Conversation.takeAccepted(ssh);
    InetAddress source = Conversation.source(ssh);
    if (login.isEmpty()) {
      turnAway(ssh, "not authenticated");
      return;
    }
    try {
      long readNanos = System.nanoTime();
      Grant grant = door.admit(login.get(), source);
      Optional<String> full = admission.enter(ssh, grant, readNanos);
      if (full.isPresent()) {
        door.tellRefused(
            loginName(ssh),
            "admission",
            Reason.SESSION_LIMIT,
            source,
            Map.of("message", full.get(), "client", Conversation.client(ssh)));
        turnAway(ssh, "SESSION_LIMIT: " + full.get());
        return;
      }
      guard.admitted(grant, source);
      door.tellAdmitted(grant, Conversation.client(ssh));
      if (!ssh.isOpen()) {
        // It went away meanwhile, perhaps before there was a session that could end with it.
        ended(ssh);
      }
    } catch (NotAdmitted changed) {
      notNow(ssh, changed.reason(), source);
    } catch (DataAccessException | TransactionException away) {
      log.warn("{} is not admitted: {}", loginName(ssh), away.getMessage());
      notNow(ssh, Reason.UNAVAILABLE, source);
    }
  }

  private void notNow(ServerSession ssh, Reason reason, InetAddress source) {
    door.tellRefused(loginName(ssh), "admission", reason, source, Map.of());
    turnAway(ssh, "The login was accepted, but the account cannot be used now.");
  }

  private static String loginName(ServerSession ssh) {
    return DefaultTenant.complete(ssh.getUsername(), ssh);
  }

  /**
   * Not in this thread: MINA has encrypted its SUCCESS but not yet sent it, and a packet that
   * overtakes it would break the stream. A channel that the client opens meanwhile tells the reason
   * too.
   */
  private void turnAway(ServerSession ssh, String reason) {
    admission.refuse(ssh, reason);
    Thread.ofVirtual().name("turn away " + ssh).start(() -> disconnect(ssh, reason));
  }

  private static void disconnect(ServerSession ssh, String reason) {
    try {
      ssh.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, reason);
    } catch (IOException gone) {
      log.debug("A session was gone before it was turned away", gone);
      ssh.close(true);
    }
  }

  @Override
  public void sessionClosed(Session session) {
    if (session instanceof ServerSession ssh) {
      ended(ssh);
      Conversation.ended(ssh);
    }
  }

  private void ended(ServerSession ssh) {
    admission.leave(ssh).ifPresent(this::tellEnded);
  }

  /** Ends whatever happens: the journal may be full. */
  private void tellEnded(ServedSession session) {
    try {
      door.tellEnded(session.grant(), session.ending());
    } catch (UncheckedIOException unwritable) {
      log.error(
          "The end of a session of {} cannot be recorded", session.grant().loginName(), unwritable);
    }
  }
}
