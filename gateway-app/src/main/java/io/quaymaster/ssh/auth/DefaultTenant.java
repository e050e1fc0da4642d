package io.quaymaster.ssh.auth;

import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.AttributeStore;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/** Whose a login name without a tenant is on a listener. */
public final class DefaultTenant {
  private static final AttributeKey<String> OF = new AttributeKey<>();

  private DefaultTenant() {}

  /**
   * @param tenant null: as the door has it
   */
  public static void set(AttributeStore listener, @Nullable String tenant) {
    if (tenant != null) {
      listener.setAttribute(OF, tenant);
    }
  }

  /** A login name as the door is to take it, of a session on that listener. */
  public static String complete(String login, ServerSession session) {
    String tenant = session.resolveAttribute(OF);
    return tenant == null || login.indexOf('@') >= 0 ? login : login + "@" + tenant;
  }
}
