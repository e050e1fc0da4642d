package io.quaymaster.ssh.auth;

import io.quaymaster.login.LoginDoor;
import io.quaymaster.ssh.auth.Conversation.Outcome;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * The authentication protocol (RFC 4252): reads requests, lets a method look at each, and answers.
 * What is good and what is enough, {@link LoginDoor} says.
 *
 * <p>Threads: MINA calls from the connection's own, one message at a time.
 */
final class AuthenticationService extends AbstractCloseable implements Service {
  static final String NAME = "ssh-userauth";

  /** What all of this is for; there is no other service. */
  private static final String CONNECTION = "ssh-connection";

  private final ServerSession session;
  private final Conversation conversation;
  private final int maxTries;
  private final PublicKeyMethod publicKey;
  private final PasswordMethod password;
  private final KeyboardInteractiveMethod keyboardInteractive;
  private final Map<String, Object> properties = new ConcurrentHashMap<>();

  /** Questions that were asked and are not answered. */
  private KeyboardInteractiveMethod.@Nullable Question question;

  AuthenticationService(ServerSession session, Conversation conversation, int maxTries) {
    this.session = session;
    this.conversation = conversation;
    this.maxTries = maxTries;
    this.publicKey = new PublicKeyMethod(session, conversation, CONNECTION);
    this.password = new PasswordMethod(conversation);
    this.keyboardInteractive = new KeyboardInteractiveMethod(session, conversation);
  }

  @Override
  public ServerSession getSession() {
    return session;
  }

  @Override
  public Map<String, Object> getProperties() {
    return properties;
  }

  @Override
  public void start() {
    // The client speaks first.
  }

  @Override
  public synchronized void process(int message, Buffer buffer) throws Exception {
    switch (message) {
      case SshConstants.SSH_MSG_USERAUTH_REQUEST -> request(buffer);
      case SshConstants.SSH_MSG_USERAUTH_INFO_RESPONSE -> response(buffer);
      default ->
          throw new SshException(
              SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR,
              "Message " + message + " has no place in authentication");
    }
  }

  private void request(Buffer buffer) throws Exception {
    question = null;
    String name = buffer.getString();
    String service = buffer.getString();
    String method = buffer.getString();
    if (!service.equals(CONNECTION)) {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_SERVICE_NOT_AVAILABLE, "There is no such service");
      return;
    }
    if (!conversation.isAs(name)) {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_ILLEGAL_USER_NAME, "Change of username is not allowed");
      return;
    }
    int tries = conversation.next();
    if (tries > maxTries) {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE,
          "Too many authentication failures: " + tries);
      return;
    }
    answer(tried(method, buffer), buffer);
  }

  /** Empty: the method has answered itself. An exception is a refusal. */
  private Optional<Outcome> tried(String method, Buffer buffer) {
    try {
      return switch (method) {
        case "publickey" -> publicKey.request(buffer);
        case "password" -> Optional.of(password.request(buffer));
        case "keyboard-interactive" -> {
          question = keyboardInteractive.ask().orElse(null);
          yield question == null ? Optional.of(Outcome.REFUSED) : Optional.empty();
        }
        default -> Optional.of(Outcome.REFUSED);
      };
    } catch (Exception broken) {
      log.debug("A request for {} on {} is refused", method, session, broken);
      return Optional.of(Outcome.REFUSED);
    }
  }

  private void response(Buffer buffer) throws Exception {
    KeyboardInteractiveMethod.Question asked = question;
    question = null;
    if (asked == null) {
      throw new SshException(
          SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "An answer to no question");
    }
    answer(Optional.of(answered(asked, buffer)), buffer);
  }

  private Outcome answered(KeyboardInteractiveMethod.Question asked, Buffer buffer) {
    try {
      return keyboardInteractive.answer(asked, buffer);
    } catch (Exception broken) {
      log.debug("An answer on {} is refused", session, broken);
      return Outcome.REFUSED;
    }
  }

  private void answer(Optional<Outcome> outcome, Buffer request) throws Exception {
    if (outcome.isEmpty()) {
      return;
    }
    switch (outcome.get()) {
      case REFUSED -> sendFailure(false);
      case PARTIAL -> sendFailure(true);
      case ACCEPTED ->
          session.signalAuthenticationSuccess(conversation.login(), CONNECTION, request);
    }
  }

  /** RFC 4252, section 5.1. */
  private void sendFailure(boolean partialSuccess) throws IOException {
    Buffer failure = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_FAILURE);
    failure.putString(conversation.methods());
    failure.putBoolean(partialSuccess);
    session.writePacket(failure);
  }
}
