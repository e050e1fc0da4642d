package io.quaymaster.process;

import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.ListenerSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;

/** Tries the ports before anything else is started, so that the right setting is named. */
final class Ports {
  private Ports() {}

  /**
   * @throws StartupFailure a port cannot be listened on
   */
  static void check(GatewayProperties settings) {
    check(settings.bind(), "SSH", settings.ssh().port(), "QUAYMASTER_SSH_PORT");
    List<ListenerSettings> listeners = settings.ssh().listeners();
    for (int i = 0; i < listeners.size(); i++) {
      ListenerSettings listener = listeners.get(i);
      check(
          listener.bindOr(settings.bind()),
          "SSH",
          listener.port(),
          "quaymaster.ssh.listeners[" + i + "].port");
    }
    check(settings.bind(), "admin", settings.admin().port(), "QUAYMASTER_ADMIN_PORT");
    check(
        settings.bind(), "management", settings.management().port(), "QUAYMASTER_MANAGEMENT_PORT");
  }

  private static void check(String bind, String what, int port, String setting) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(bind), port));
    } catch (IOException failure) {
      throw new StartupFailure(
          "The %s port %d on %s cannot be used: %s"
              .formatted(what, port, bind, advice(failure, setting)),
          failure);
    }
  }

  private static String advice(IOException failure, String setting) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    if (failure instanceof BindException && reason.contains("in use")) {
      return "another program listens there. Stop it, or set %s to another port (0: any free one)."
          .formatted(setting);
    }
    if (reason.contains("cannot assign")) {
      return "the machine has no such address. Set QUAYMASTER_BIND to one that it has, or to"
          + " 0.0.0.0 for all.";
    }
    if (reason.contains("permission denied")) {
      return "this user may not listen there. Set %s to 1024 or above.".formatted(setting);
    }
    return failure.getMessage() + ". See " + setting + " and QUAYMASTER_BIND.";
  }
}
