package io.quaymaster.ssh;

import io.quaymaster.process.Phases;
import io.quaymaster.process.SshListener;
import io.quaymaster.ssh.transport.TransportSettings;
import io.quaymaster.ssh.transport.VirtualThreadIoServiceFactoryFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The SSH server: one visible list of all that a connection can meet. */
final class GatewaySshServer implements SmartLifecycle, SshListener {
  /**
   * RFC 4344 asks for new keys after 2^32 blocks, which MINA sees to; this only keeps the habit.
   */
  private static final long REKEY_BYTES = 32L << 30;

  /** How long a stop waits for channels to let go of their files. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(GatewaySshServer.class);

  private final SshServer server = SshServer.setUpDefaultServer();
  private final ServedCount served;

  GatewaySshServer(
      SshSettings settings,
      KeyPairProvider hostKeys,
      LoginFlow logins,
      Admission admission,
      ChannelServices services) {
    served = services.served();
    server.setHost(settings.bind());
    server.setPort(settings.port());
    server.setKeyPairProvider(hostKeys);
    server.setIoServiceFactoryFactory(
        new VirtualThreadIoServiceFactoryFactory(transport(settings)));
    Algorithms.apply(server);

    server.setUserAuthFactories(
        List.of(UserAuthPublicKeyFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
    server.setPublickeyAuthenticator(logins);
    server.setPasswordAuthenticator(logins);
    server.setKeyboardInteractiveAuthenticator(null);
    server.setHostBasedAuthenticator(null);
    server.setGSSAuthenticator(null);
    server.addSessionListener(admission);
    server.addSessionListener(logins);

    server.setChannelFactories(List.of(sessionChannels(services, settings.maxChannels())));
    server.setGlobalRequestHandlers(
        List.of(KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE));
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

  private static TransportSettings transport(SshSettings settings) {
    TransportSettings defaults = TransportSettings.DEFAULTS;
    return defaults
        .withReadBuffer(settings.readBufferBytes())
        .withTimeouts(settings.stalledTimeout(), defaults.closeTimeout());
  }

  private static ChannelFactory sessionChannels(ChannelServices services, int maxChannels) {
    return new ChannelFactory() {
      @Override
      public String getName() {
        return "session";
      }

      @Override
      public org.apache.sshd.common.channel.Channel createChannel(Session session) {
        return new GatewayChannel(services, maxChannels);
      }
    };
  }

  @Override
  public void start() {
    try {
      server.start();
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /**
   * The port closes first, so that no new session begins; then the sessions end. Returns when their
   * channels have settled what they were writing, so that the ledger may be stopped.
   */
  @Override
  public void stop() {
    try {
      server.stop(true);
      if (!served.awaitNone(STOP_PATIENCE)) {
        log.warn("{} channels are still being served", served.now());
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return server.isStarted();
  }

  @Override
  public int getPhase() {
    return Phases.SSH;
  }

  @Override
  public boolean isListening() {
    return server.isStarted();
  }

  @Override
  public int port() {
    return server.getPort();
  }
}
