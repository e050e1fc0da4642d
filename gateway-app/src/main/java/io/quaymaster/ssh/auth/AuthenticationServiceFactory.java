package io.quaymaster.ssh.auth;

import io.quaymaster.login.LoginDoor;
import io.quaymaster.ssh.admission.LoginGuard;
import java.io.IOException;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.ServiceFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.server.session.ServerSession;

/**
 * Makes the service {@code ssh-userauth}, in the place of MINA's own: there the methods are the
 * same for all users of a server.
 */
public final class AuthenticationServiceFactory implements ServiceFactory {
  private final LoginDoor door;
  private final LoginGuard guard;
  private final int maxTries;

  /**
   * @param maxTries requests of one connection after its first, refused or not
   */
  public AuthenticationServiceFactory(LoginDoor door, LoginGuard guard, int maxTries) {
    this.door = door;
    this.guard = guard;
    this.maxTries = maxTries;
  }

  @Override
  public String getName() {
    return AuthenticationService.NAME;
  }

  @Override
  public Service create(Session session) throws IOException {
    if (!(session instanceof ServerSession ssh) || session.isAuthenticated()) {
      throw new IOException("Nobody is to be authenticated");
    }
    return new AuthenticationService(ssh, Conversation.of(ssh, door, guard), maxTries);
  }
}
