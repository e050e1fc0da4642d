package io.quaymaster.ssh.auth;

import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.ssh.auth.Conversation.Outcome;
import org.apache.sshd.common.util.buffer.Buffer;

/** RFC 4252, section 8. Passwords are changed by admins, and not over SSH. */
final class PasswordMethod {
  private final Conversation conversation;

  PasswordMethod(Conversation conversation) {
    this.conversation = conversation;
  }

  Outcome request(Buffer buffer) {
    boolean change = buffer.getBoolean();
    if (change) {
      return Outcome.REFUSED;
    }
    return conversation.password(AuthenticationMethod.PASSWORD, buffer.getString());
  }
}
