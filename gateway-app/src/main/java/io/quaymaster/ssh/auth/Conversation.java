package io.quaymaster.ssh.auth;

import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginDoor.Reason;
import io.quaymaster.login.LoginDoor.Verdict;
import io.quaymaster.login.LoginState;
import io.quaymaster.login.OfferedKey;
import io.quaymaster.ssh.admission.LoginGuard;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * One connection's way to the door: its name, how far it has come, and what was refused. It lasts
 * as long as the connection, so that asking for the service again begins nothing anew.
 *
 * <p>Threads: one at a time.
 */
public final class Conversation {
  private static final AttributeKey<Conversation> OF = new AttributeKey<>();

  /** What became of a proof. */
  enum Outcome {
    REFUSED,
    /** Good, and more is asked for. */
    PARTIAL,
    ACCEPTED
  }

  private final LoginDoor door;
  private final LoginGuard guard;
  private final ServerSession session;
  private final InetAddress source;
  private @Nullable LoginState state;
  private String login = "";
  private int requests;
  private int keysRefused;
  private @Nullable Reason keyReason;

  private Conversation(ServerSession session, LoginDoor door, LoginGuard guard) {
    this.session = session;
    this.door = door;
    this.guard = guard;
    this.source = source(session);
  }

  static Conversation of(ServerSession session, LoginDoor door, LoginGuard guard) {
    Conversation known = session.getAttribute(OF);
    if (known != null) {
      return known;
    }
    Conversation begun = new Conversation(session, door, guard);
    session.setAttribute(OF, begun);
    session.resetAuthTimeout();
    return begun;
  }

  /** What a connection has proved, if that is enough; for once. */
  public static Optional<LoginState.Accepted> takeAccepted(ServerSession session) {
    Conversation conversation = session.removeAttribute(OF);
    return conversation != null && conversation.state instanceof LoginState.Accepted accepted
        ? Optional.of(accepted)
        : Optional.empty();
  }

  /**
   * Tells of keys that were offered in vain, when a connection ends without having come in: a
   * client that offers all that it has makes one line.
   */
  public static void ended(ServerSession session) {
    Conversation conversation = session.removeAttribute(OF);
    if (conversation != null) {
      conversation.tellKeysRefused();
    }
  }

  private void tellKeysRefused() {
    if (keyReason != null) {
      tellRefused("publickey", keyReason, Map.of("keys", Integer.toString(keysRefused)));
    }
  }

  private void tellRefused(String method, Reason reason, Map<String, String> more) {
    Map<String, String> detail = new HashMap<>(more);
    detail.put("client", client(session));
    door.tellRefused(fullLogin(), method, reason, source, detail);
  }

  /**
   * Counts a request.
   *
   * @return how many came after the first
   */
  int next() {
    return requests++;
  }

  /** Whether a name is the one that the connection began with; the first one is. */
  boolean isAs(String name) {
    if (state == null) {
      login = name;
      state = door.begin(fullLogin());
    }
    return login.equals(name);
  }

  /** Methods that can go on, as the protocol names them. */
  String methods() {
    return open().stream()
        .flatMap(open -> open.next().stream())
        .map(AuthenticationMethod::protocolName)
        .distinct()
        .collect(Collectors.joining(","));
  }

  /** What {@code keyboard-interactive} asks for now. */
  Optional<AuthenticationMethod> asked() {
    return open().stream()
        .flatMap(open -> open.next().stream())
        .filter(m -> m.protocolName().equals("keyboard-interactive"))
        .findFirst();
  }

  private Optional<LoginState.Open> open() {
    return state instanceof LoginState.Open open ? Optional.of(open) : Optional.empty();
  }

  /** Whether a key would do; see {@link LoginDoor#key}. */
  Optional<Verdict.Fits> look(OfferedKey offered) {
    return switch (looked(so -> door.key(so, offered, source))) {
      case Verdict.Fits fits -> Optional.of(fits);
      case Verdict.Refused(Reason reason) -> {
        refusedKey(reason);
        yield Optional.empty();
      }
    };
  }

  private void refusedKey(Reason reason) {
    guard.refused(session, reason);
    keysRefused++;
    keyReason = reason;
  }

  /**
   * A key that would do was signed with, or not. What cannot be verified is wrong.
   *
   * @param fingerprint of the key
   */
  Outcome signed(Verdict.Fits fits, String fingerprint, BooleanSupplier signature) {
    boolean verified = false;
    try {
      verified = signature.getAsBoolean();
    } finally {
      if (!verified) {
        guard.refused(session, Reason.WRONG_SIGNATURE);
        tellRefused("publickey", Reason.WRONG_SIGNATURE, Map.of("key", fingerprint));
      }
    }
    return verified ? proved(fits) : Outcome.REFUSED;
  }

  /** See {@link LoginDoor#password}. */
  Outcome password(AuthenticationMethod method, String password) {
    boolean barred = guard.bars(fullLogin(), source);
    return switch (looked(so -> door.password(so, method, password, source, barred))) {
      case Verdict.Fits fits -> proved(fits);
      case Verdict.Refused(Reason reason) -> {
        guard.passwordRefused(session, fullLogin(), reason, source);
        yield refused(method, reason);
      }
    };
  }

  /** See {@link LoginDoor#code}. */
  Outcome code(String code) {
    return switch (looked(so -> door.code(so, code, source))) {
      case Verdict.Fits fits -> proved(fits);
      case Verdict.Refused(Reason reason) -> {
        guard.refused(session, reason);
        yield refused(AuthenticationMethod.CODE, reason);
      }
    };
  }

  private Outcome refused(AuthenticationMethod method, Reason reason) {
    tellRefused(method.text(), reason, Map.of());
    return Outcome.REFUSED;
  }

  private Verdict looked(Function<LoginState.Open, Verdict> at) {
    return open().map(at).orElseGet(() -> new Verdict.Refused(Reason.METHOD_NOT_OFFERED));
  }

  private Outcome proved(Verdict.Fits fits) {
    LoginState now = door.proved(open().orElseThrow(), fits);
    state = now;
    return now instanceof LoginState.Accepted ? Outcome.ACCEPTED : Outcome.PARTIAL;
  }

  /** As the client wrote it, which is what it signs. */
  String login() {
    return login;
  }

  private String fullLogin() {
    return DefaultTenant.complete(login, session);
  }

  /** Where a connection comes from. */
  public static InetAddress source(ServerSession session) {
    if (session.getClientAddress() instanceof InetSocketAddress address) {
      return address.getAddress();
    }
    throw new IllegalStateException("a session without an address");
  }

  /** What the client calls itself, shown text. */
  public static String client(ServerSession session) {
    return ByteText.shown(ByteText.ofUnicode(String.valueOf(session.getClientVersion())));
  }

  @Override
  public String toString() {
    return "Conversation[" + List.of(requests, String.valueOf(state)) + "]";
  }
}
