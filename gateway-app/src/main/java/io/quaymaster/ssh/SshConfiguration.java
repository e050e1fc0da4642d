package io.quaymaster.ssh;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.account.PasswordHashes;
import io.quaymaster.accountfiles.AccountFilesEngine;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.cluster.Bandwidth;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileStores;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.negotiation.NegotiationFailures;
import io.quaymaster.process.HostKeys;
import io.quaymaster.process.ProcessId;
import io.quaymaster.process.StartupFailure;
import io.quaymaster.quota.QuotaAssembly;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.session.ClusterSessions;
import io.quaymaster.session.SessionEndings;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.admission.Gate;
import io.quaymaster.ssh.admission.LoginGuard;
import io.quaymaster.ssh.auth.KeySignatures;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.handshake.AlgorithmSet;
import io.quaymaster.ssh.handshake.HandshakeRecorder;
import io.quaymaster.ssh.sftp.SftpLimits;
import io.quaymaster.ssh.sftp.SftpMeters;
import io.quaymaster.ssh.transport.TransportSettings;
import io.quaymaster.ssh.transport.VirtualThreadIoServiceFactoryFactory;
import io.quaymaster.storage.local.LocalStores;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The SSH face, put together. */
@Configuration(proxyBeanMethods = false)
public class SshConfiguration {
  /** Tells strangers what we speak, and no version. Why OpenSSH is named: docs/adr/0008. */
  private static final String IDENTIFICATION = "Quaymaster (OpenSSH-compatible SFTP)";

  private static final int INPUT_BUFFER_BYTES = 128 << 10;
  private static final int KEPT_BUFFERS = 128;
  private static final int SFTP_OVERHEAD_BYTES = 1024;

  @Bean
  PasswordHashes passwordHashes(GatewayProperties properties, MeterRegistry registry) {
    GatewayProperties.PasswordHashing hashing = properties.passwordHashing();
    PasswordHashes hashes =
        new PasswordHashes(hashing.atOnce(), hashing.queue(), hashing.maxWait());
    Gauge.builder("quaymaster.password.hashes.waiting", hashes, PasswordHashes::waiting)
        .description("Passwords that wait to be hashed")
        .register(registry);
    FunctionCounter.builder("quaymaster.password.hashes.refused", hashes, PasswordHashes::refused)
        .description("Passwords that were not looked at, because too many waited")
        .register(registry);
    return hashes;
  }

  @Bean
  LoginDoor loginDoor(
      JdbcClient jdbc,
      PasswordHashes passwords,
      SecretSeal seal,
      Chronicle chronicle,
      Clock clock,
      GatewayProperties properties) {
    return new LoginDoor(
        jdbc,
        passwords::matches,
        new KeySignatures(),
        seal,
        chronicle,
        clock,
        properties.ssh().defaultTenant());
  }

  @Bean
  AccountFilesEngine accountFilesEngine(
      QuotaAssembly ledger, FileStores stores, Chronicle chronicle, Clock clock) {
    return new AccountFilesEngine(
        ledger.ledger(),
        ledger.sharedFiles(),
        ledger.gates(),
        stores,
        chronicle,
        clock,
        LocalStores.processUmask());
  }

  @Bean
  SessionRegistry sessionRegistry(
      JdbcClient jdbc, ProcessId process, Clock clock, MeterRegistry registry) {
    ByteRates rates = new ByteRates(new Bandwidth(jdbc, process.id()));
    SessionRegistry sessions = new SessionRegistry(rates, clock);
    Gauge.builder("quaymaster.sessions", sessions, SessionRegistry::size)
        .description("Sessions open now")
        .register(registry);
    return sessions;
  }

  @Bean
  SessionEndings sessionEndings(SessionRegistry sessions, ClusterNotices notices) {
    return new SessionEndings(sessions, notices);
  }

  @Bean
  SessionEnder sessionEnder(SessionEndings endings) {
    return new SessionEnder(endings);
  }

  @Bean
  ClusterSessions clusterSessions(
      JdbcTemplate jdbc,
      TransactionTemplate transaction,
      ProcessId process,
      SessionRegistry sessions,
      SessionEndings endings,
      GatewayProperties properties) {
    return new ClusterSessions(
        jdbc, transaction, process.id(), sessions, endings, properties.quota().heartbeat());
  }

  @Bean
  SessionLifecycle sessionLifecycle(ClusterSessions sessions) {
    return new SessionLifecycle(sessions);
  }

  @Bean
  Admission admission(
      SessionRegistry sessions,
      ClusterSessions cluster,
      SessionEndings endings,
      MeterRegistry registry) {
    return new Admission(sessions, cluster, endings, registry);
  }

  @Bean
  Drain drain(SessionRegistry sessions, GatewayProperties properties) {
    return new Drain(sessions, properties.drain().delay(), properties.drain().timeout());
  }

  @Bean
  KeepAlive keepAlive(SessionRegistry sessions, GatewayProperties properties) {
    return new KeepAlive(
        sessions,
        new KeepAlive.Settings(
            properties.keepAlive().interval(),
            properties.keepAlive().count(),
            properties.ssh().idleTimeout()));
  }

  @Bean
  HandshakeRecorder handshakeRecorder(
      NegotiationFailures failures, MeterRegistry registry, Clock clock) {
    return new HandshakeRecorder(failures, registry, clock);
  }

  @Bean
  SshListeners sshListeners(
      GatewayProperties properties,
      HostKeys hostKeys,
      LoginDoor door,
      SessionRegistry sessions,
      Admission admission,
      Drain drain,
      Gate gate,
      LoginGuard guard,
      KeepAlive keepAlive,
      AccountFilesEngine engine,
      Chronicle chronicle,
      HandshakeRecorder handshakes,
      MeterRegistry registry,
      Clock clock) {
    int packet = (int) properties.sftp().maxPacket().toBytes();
    SftpLimits limits =
        new SftpLimits(
            packet,
            packet - SFTP_OVERHEAD_BYTES,
            packet - SFTP_OVERHEAD_BYTES,
            properties.sftp().maxHandles());
    ChannelServices services =
        new ChannelServices(
            sessions,
            engine,
            chronicle,
            limits,
            new SftpMeters(registry),
            new DirectBuffers(INPUT_BUFFER_BYTES, KEPT_BUFFERS),
            new DirectBuffers(packet, KEPT_BUFFERS),
            properties.ssh().stalledTimeout(),
            // Listings show local time, as sftp-server's do.
            clock.withZone(ZoneId.systemDefault()));
    Gauge.builder("quaymaster.channels", services.served(), ServedCount::now)
        .description("Channels being served now")
        .register(registry);
    SshSettings settings = settings(properties);
    LoginFlow logins = new LoginFlow(door, admission, guard);
    VirtualThreadIoServiceFactoryFactory transport =
        new VirtualThreadIoServiceFactoryFactory(transport(settings), gate);
    List<GatewaySshServer> servers =
        Stream.concat(Stream.of(properties.ssh().main()), properties.ssh().listeners().stream())
            .map(
                listener ->
                    new GatewaySshServer(
                        withHostKey(listener, hostKeys),
                        properties.bind(),
                        settings,
                        hostKeys,
                        door,
                        logins,
                        guard,
                        services,
                        handshakes,
                        transport))
            .toList();
    return new SshListeners(servers, gate, keepAlive, services.served(), drain);
  }

  /** Else each connection would find out. */
  private static ListenerSettings withHostKey(ListenerSettings listener, HostKeys hostKeys) {
    AlgorithmSet algorithms = AlgorithmSet.of(listener.algorithms());
    if (algorithms.usable(hostKeys.inUse()).isEmpty()) {
      throw new StartupFailure(
          "The listener %s has no host key: its policy %s needs one of the types %s."
              .formatted(
                  listener.name(),
                  listener.algorithms().wireName(),
                  new TreeSet<>(algorithms.hostKeyTypes())));
    }
    return listener;
  }

  static TransportSettings transport(SshSettings settings) {
    TransportSettings defaults = TransportSettings.DEFAULTS;
    return defaults
        .withReadBuffer(settings.readBufferBytes())
        .withTimeouts(settings.stalledTimeout(), defaults.closeTimeout(), defaults.lingerTimeout());
  }

  private static SshSettings settings(GatewayProperties properties) {
    GatewayProperties.Ssh ssh = properties.ssh();
    return new SshSettings(
        IDENTIFICATION,
        ssh.window().toBytes(),
        ssh.maxPacket().toBytes(),
        (int) ssh.readBuffer().toBytes(),
        ssh.stalledTimeout(),
        ssh.authTimeout(),
        ssh.idleTimeout(),
        ssh.maxAuthTries(),
        ssh.maxChannelsPerSession());
  }
}
