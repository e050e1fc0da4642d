package io.quaymaster.ssh.auth;

import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.ssh.auth.Conversation.Outcome;
import java.io.IOException;
import java.util.Optional;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerSession;

/**
 * RFC 4256. One question at a time: where two things are asked for, they are two steps of a chain.
 * Who is not known is asked the same.
 */
final class KeyboardInteractiveMethod {
  /**
   * @param asked what the answer is to prove
   */
  record Question(AuthenticationMethod asked) {}

  private final ServerSession session;
  private final Conversation conversation;

  KeyboardInteractiveMethod(ServerSession session, Conversation conversation) {
    this.session = session;
    this.conversation = conversation;
  }

  /** Asks what the policy wants asked now; empty if it wants nothing asked. */
  Optional<Question> ask() throws IOException {
    Optional<Question> question = conversation.asked().map(Question::new);
    if (question.isPresent()) {
      send(prompt(question.get().asked()));
    }
    return question;
  }

  private static String prompt(AuthenticationMethod asked) {
    return asked == AuthenticationMethod.CODE ? "Verification code: " : "Password: ";
  }

  /** Section 3.2, with one prompt. */
  private void send(String prompt) throws IOException {
    Buffer request = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_INFO_REQUEST);
    request.putString(""); // name
    request.putString(""); // instruction
    request.putString(""); // language
    request.putInt(1);
    request.putString(prompt);
    request.putBoolean(false); // not shown while it is typed
    session.writePacket(request);
  }

  /** Section 3.4. */
  Outcome answer(Question question, Buffer buffer) {
    if (buffer.getInt() != 1) {
      return Outcome.REFUSED;
    }
    String answer = buffer.getString();
    AuthenticationMethod asked = question.asked();
    return asked == AuthenticationMethod.CODE
        ? conversation.code(answer)
        : conversation.password(asked, answer);
  }
}
