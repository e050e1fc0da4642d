package io.quaymaster.ssh;

import io.quaymaster.login.LoginDoor;
import io.quaymaster.process.HostKeys;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.admission.LoginGuard;
import io.quaymaster.ssh.auth.AuthenticationServiceFactory;
import io.quaymaster.ssh.auth.DefaultTenant;
import io.quaymaster.ssh.handshake.AlgorithmSet;
import io.quaymaster.ssh.handshake.HandshakeRecorder;
import io.quaymaster.ssh.handshake.HandshakeWatch;
import io.quaymaster.ssh.handshake.HostKeyNotices;
import io.quaymaster.ssh.transport.VirtualThreadIoServiceFactoryFactory;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;

/** One listener: one visible list of all that a connection can meet. */
final class GatewaySshServer {
  /**
   * RFC 4344 asks for new keys after 2^32 blocks, which MINA sees to; this only keeps the habit.
   */
  private static final long REKEY_BYTES = 32L << 30;

  private final ListenerSettings listener;
  private final Listening server =
      (Listening) ServerBuilder.builder().factory(Listening::new).build();
  private final HandshakeWatch handshakes;

  /**
   * @param bind address, where the listener has none of its own
   * @param transport shared by all listeners, so that their buffers are bounded together
   */
  GatewaySshServer(
      ListenerSettings listener,
      String bind,
      SshSettings settings,
      HostKeys hostKeys,
      LoginDoor door,
      LoginFlow logins,
      LoginGuard guard,
      ChannelServices services,
      HandshakeRecorder recorder,
      VirtualThreadIoServiceFactoryFactory transport) {
    this.listener = listener;
    server.setHost(listener.bindOr(bind));
    server.setPort(listener.port());
    server.setIoServiceFactoryFactory(transport);
    AlgorithmSet algorithms = AlgorithmSet.of(listener.algorithms());
    algorithms.apply(server, hostKeys.inUse());
    DefaultTenant.set(server, listener.defaultTenant());

    server.setServiceFactories(
        List.of(
            new AuthenticationServiceFactory(door, guard, settings.maxAuthTries()),
            ServerConnectionServiceFactory.INSTANCE));
    // MINA wants one to be named; its own service, which would ask it, is not there.
    server.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
    server.setPublickeyAuthenticator(null);
    server.setPasswordAuthenticator(null);
    server.setKeyboardInteractiveAuthenticator(null);
    server.setHostBasedAuthenticator(null);
    server.setGSSAuthenticator(null);
    server.addSessionListener(guard);
    server.addSessionListener(logins);
    handshakes = new HandshakeWatch(listener, hostKeys.inUse(), recorder);
    server.addSessionListener(handshakes);

    HostKeyNotices notices = new HostKeyNotices(algorithms.usable(all(hostKeys)));
    server.setChannelFactories(List.of(sessionChannels(services, notices, settings.maxChannels())));
    server.setGlobalRequestHandlers(
        List.of(KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE, notices));
    server.setSubsystemFactories(List.of());
    server.setCommandFactory(null);
    server.setShellFactory(null);
    server.setAgentFactory(null);
    server.setForwardingFilter(null);

    CoreModuleProperties.SERVER_IDENTIFICATION.set(server, settings.identification());
    CoreModuleProperties.WINDOW_SIZE.set(server, settings.windowBytes());
    CoreModuleProperties.MAX_PACKET_SIZE.set(server, settings.packetBytes());
    CoreModuleProperties.AUTH_TIMEOUT.set(server, settings.authTimeout());
    CoreModuleProperties.IDLE_TIMEOUT.set(server, settings.idleTimeout());
    CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, settings.maxAuthTries());
    CoreModuleProperties.REKEY_BYTES_LIMIT.set(server, REKEY_BYTES);
    CoreModuleProperties.IGNORE_MESSAGE_FREQUENCY.set(server, 0L);
    CoreModuleProperties.COMMAND_EXIT_TIMEOUT.set(server, Duration.ofSeconds(5));
    CoreModuleProperties.TCP_NODELAY.set(server, true);
  }

  private static List<KeyPair> all(HostKeys keys) {
    return Stream.concat(keys.inUse().stream(), keys.next().stream()).toList();
  }

  private static ChannelFactory sessionChannels(
      ChannelServices services, HostKeyNotices notices, int maxChannels) {
    return new ChannelFactory() {
      @Override
      public String getName() {
        return "session";
      }

      @Override
      public Channel createChannel(Session session) {
        notices.tell(session);
        return new GatewayChannel(services, maxChannels);
      }
    };
  }

  /** MINA's server closes its port together with its sessions; this one can do so before. */
  private static final class Listening extends SshServer {
    void unbind() {
      if (acceptor != null) {
        acceptor.unbind();
      }
    }
  }

  void start() throws IOException {
    server.start();
  }

  /** Closes the port; sessions go on. */
  void unbind() {
    server.unbind();
  }

  /** Closes the port, so that no new session begins, and ends the sessions. */
  void stop() throws IOException {
    handshakes.close();
    server.stop(true);
  }

  boolean isListening() {
    return server.isStarted();
  }

  ListenerSettings listener() {
    return listener;
  }

  String bind() {
    return server.getHost();
  }

  /** The port that is really listened on. */
  int port() {
    return server.getPort();
  }
}
