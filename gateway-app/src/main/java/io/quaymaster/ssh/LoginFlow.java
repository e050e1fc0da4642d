package io.quaymaster.ssh;

import io.quaymaster.files.ByteText;
import io.quaymaster.login.Grant;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginDoor.NotAdmitted;
import io.quaymaster.login.LoginDoor.Reason;
import io.quaymaster.login.LoginDoor.Verdict;
import io.quaymaster.ssh.admission.LoginGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.AttributeStore;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in: MINA asks about a password or a key, verifies the signature, and says that the
 * session is authenticated; only then is a grant made.
 *
 * <p>What the door accepted last is kept with the session, and is forgotten by whatever it refuses.
 * MINA asks about a key once more in the very request that carries the signature, so what stands
 * there when the session is authenticated is the key that signed.
 */
final class LoginFlow implements PasswordAuthenticator, PublickeyAuthenticator, SessionListener {
  private static final Logger log = LoggerFactory.getLogger(LoginFlow.class);
  private static final AttributeKey<Verdict.Accepted> PROOF = new AttributeKey<>();
  private static final AttributeKey<String> DEFAULT_TENANT = new AttributeKey<>();
  private static final AttributeKey<KeysRefused> KEYS_REFUSED = new AttributeKey<>();

  /** Keys that a client offered in vain; told once, when it leaves without having come in. */
  private record KeysRefused(String login, Reason lastReason, int count) {}

  private final LoginDoor door;
  private final SessionRegistry sessions;
  private final LoginGuard guard;

  LoginFlow(LoginDoor door, SessionRegistry sessions, LoginGuard guard) {
    this.door = door;
    this.sessions = sessions;
    this.guard = guard;
  }

  /** Whose a login name without a tenant is on a listener; null: as the door has it. */
  static void setDefaultTenant(AttributeStore listener, @Nullable String tenant) {
    if (tenant != null) {
      listener.setAttribute(DEFAULT_TENANT, tenant);
    }
  }

  private static String completed(String login, ServerSession session) {
    String tenant = session.resolveAttribute(DEFAULT_TENANT);
    return tenant == null || login.indexOf('@') >= 0 ? login : login + "@" + tenant;
  }

  @Override
  public boolean authenticate(String name, String password, ServerSession session) {
    String login = completed(name, session);
    InetAddress source = source(session);
    boolean barred = guard.bars(login, source);
    Verdict verdict = unless(barred, door.password(login, password, source));
    if (verdict instanceof Verdict.Refused(Reason reason)) {
      guard.passwordRefused(session, login, reason, source);
      door.tellRefused(login, "password", reason, source, Map.of("client", client(session)));
    }
    return remember(session, verdict);
  }

  /** After the comparison: what a guesser can measure is the same either way. */
  private static Verdict unless(boolean barred, Verdict verdict) {
    return barred && verdict instanceof Verdict.Accepted
        ? new Verdict.Refused(Reason.BANNED)
        : verdict;
  }

  @Override
  public boolean authenticate(String name, PublicKey key, ServerSession session) {
    String login = completed(name, session);
    String fingerprint = KeyUtils.getFingerPrint(BuiltinDigests.sha256, key);
    Verdict verdict = door.key(login, fingerprint, source(session));
    if (verdict instanceof Verdict.Refused(Reason reason)) {
      guard.refused(session, reason);
      KeysRefused before = session.getAttribute(KEYS_REFUSED);
      session.setAttribute(
          KEYS_REFUSED, new KeysRefused(login, reason, before == null ? 1 : before.count() + 1));
    }
    return remember(session, verdict);
  }

  private static boolean remember(ServerSession session, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted accepted -> {
        session.setAttribute(PROOF, accepted);
        yield true;
      }
      case Verdict.Refused _ -> {
        session.removeAttribute(PROOF);
        yield false;
      }
    };
  }

  @Override
  public void sessionEvent(Session session, Event event) {
    if (event == Event.Authenticated && session instanceof ServerSession ssh) {
      admit(ssh);
    }
  }

  private void admit(ServerSession ssh) {
    Verdict.@Nullable Accepted proof = ssh.removeAttribute(PROOF);
    InetAddress source = source(ssh);
    if (proof == null) {
      turnAway(ssh, "not authenticated");
      return;
    }
    // Keys that were offered in vain before are no login of their own.
    ssh.removeAttribute(KEYS_REFUSED);
    try {
      Grant grant = door.admit(proof, source);
      Optional<String> full = sessions.enter(ssh, grant);
      if (full.isPresent()) {
        door.tellRefused(
            completed(ssh.getUsername(), ssh),
            "admission",
            Reason.SESSION_LIMIT,
            source,
            Map.of("message", full.get(), "client", client(ssh)));
        turnAway(ssh, "SESSION_LIMIT: " + full.get());
        return;
      }
      guard.admitted(grant, source);
      door.tellAdmitted(grant, client(ssh));
    } catch (NotAdmitted changed) {
      door.tellRefused(
          completed(ssh.getUsername(), ssh), "admission", changed.reason(), source, Map.of());
      turnAway(ssh, "The login was accepted, but the account cannot be used now.");
    }
  }

  /**
   * Not in this thread: MINA has encrypted its SUCCESS but not yet sent it, and a packet that
   * overtakes it would break the stream. A channel that the client opens meanwhile tells the reason
   * too.
   */
  private void turnAway(ServerSession ssh, String reason) {
    sessions.refuse(ssh, reason);
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
      sessions.leave(ssh);
      KeysRefused keys = ssh.removeAttribute(KEYS_REFUSED);
      if (keys != null) {
        door.tellRefused(
            keys.login(),
            "publickey",
            keys.lastReason(),
            source(ssh),
            Map.of("keys", Integer.toString(keys.count()), "client", client(ssh)));
      }
    }
  }

  private static InetAddress source(ServerSession session) {
    if (session.getClientAddress() instanceof InetSocketAddress address) {
      return address.getAddress();
    }
    throw new IllegalStateException("a session without an address");
  }

  private static String client(ServerSession session) {
    return ByteText.shown(ByteText.ofUnicode(String.valueOf(session.getClientVersion())));
  }
}
