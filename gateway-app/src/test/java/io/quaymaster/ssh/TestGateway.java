package io.quaymaster.ssh;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.AccountFilesEngine;
import io.quaymaster.cluster.Bandwidth;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.files.FileFailure;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginDoor.Verdict;
import io.quaymaster.login.LoginState;
import io.quaymaster.negotiation.NegotiationFailures;
import io.quaymaster.process.HostKeys;
import io.quaymaster.process.SshListener;
import io.quaymaster.quota.LedgerForTests;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.session.ClusterSessions;
import io.quaymaster.session.SessionEndings;
import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.auth.KeySignatures;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.handshake.HandshakeRecorder;
import io.quaymaster.ssh.sftp.SftpMeters;
import io.quaymaster.ssh.transport.VirtualThreadIoServiceFactoryFactory;
import io.quaymaster.storage.s3.S3Limits;
import io.quaymaster.storage.s3.S3Stores;
import io.quaymaster.stores.BucketStores;
import io.quaymaster.stores.LocalRoots;
import io.quaymaster.stores.StoreCatalog;
import io.quaymaster.stores.StoreOpener;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A gateway inside the test: the real SSH face on a free port, a database of its own, stores in a
 * temporary folder, or in a bucket of a real S3 server. A play begins like this:
 *
 * <pre>{@code
 * try (TestGateway gateway = TestGateway.start()) {
 *   TestAccount alice = gateway.account("alice@acme").limitBytes(1_000).create();
 *   alice.openSsh().sftp("mkdir in", "put report.csv in/").succeeds();
 *   assertThat(alice.file("in/report.csv")).exists();
 * }
 * }</pre>
 *
 * <p>Each account has a password ("secret") and an Ed25519 key unless it is told otherwise. Tenants
 * and stores appear when an account first names them. Threads: any.
 */
final class TestGateway implements AutoCloseable {
  /** One set of host keys for all: an RSA key takes a second to make. */
  private static final class Keys {
    private static final HostKeys HOST = made();

    private static HostKeys made() {
      try {
        Path folder = Files.createTempDirectory("host-keys");
        HostKeys keys = HostKeys.ownedIn(folder);
        TestFolders.delete(folder);
        return keys;
      } catch (IOException full) {
        throw new IllegalStateException(full);
      }
    }
  }

  private final TestDatabase database;
  private final boolean ownsDatabase;
  private final Path folder;
  private final HikariDataSource source;
  private final JdbcClient jdbc;
  private final LedgerForTests ledger;
  private final StoreCatalog stores;
  private final ClusterNotices notices;
  private final SessionRegistry sessions;
  private final ClusterSessions cluster;
  private final Admission admission;
  private final GateForTests gate;
  private final AccountFilesEngine engine;
  private final LoginDoor door;
  private final ChannelServices services;
  private final SimpleMeterRegistry handshakeMeters = new SimpleMeterRegistry();
  private final NegotiationFailures failures;
  private final SshListeners server;
  private final RawClient rawClient = new RawClient();
  private final Passwords passwords;
  private final SecretSeal seal = new SecretSeal(SecretSeal.randomKey());
  private final DoorClock doorClock = new DoorClock();
  private final BackDoor backDoor;

  static TestGateway start() {
    return start(GatewayOptions.DEFAULTS);
  }

  static TestGateway start(GatewayOptions options) {
    return start(options, Keys.HOST);
  }

  static TestGateway start(GatewayOptions options, HostKeys hostKeys) {
    try {
      return new TestGateway(options, hostKeys, TestDatabase.migrated(), true);
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  /** Another gateway of the same cluster; to be closed first. */
  TestGateway another(GatewayOptions options) {
    try {
      return new TestGateway(options, Keys.HOST, database, false);
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  private TestGateway(
      GatewayOptions options, HostKeys hostKeys, TestDatabase database, boolean ownsDatabase)
      throws IOException {
    this.database = database;
    this.ownsDatabase = ownsDatabase;
    passwords = options.passwords();
    folder = Files.createTempDirectory("gateway").toRealPath();
    Files.createDirectories(folder.resolve("stores"));
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    source = new HikariDataSource(config);
    jdbc = JdbcClient.create(source);
    Clock clock = Clock.systemUTC();
    backDoor = options.stores().open(folder.resolve("stores"), seal);
    UUID process = UUID.randomUUID();
    stores = catalog(process);
    ledger =
        new LedgerForTests(
            source, stores, folder.resolve("journal"), new SimpleMeterRegistry(), process);
    notices = new ClusterNotices(source);
    sessions = new SessionRegistry(new ByteRates(new Bandwidth(jdbc, process)), clock);
    SessionEndings endings = new SessionEndings(sessions, notices);
    cluster =
        new ClusterSessions(
            new JdbcTemplate(source),
            new TransactionTemplate(new DataSourceTransactionManager(source)),
            process,
            sessions,
            endings,
            LedgerSettings.DEFAULTS.heartbeat());
    admission = new Admission(sessions, cluster, endings, new SimpleMeterRegistry());
    gate = new GateForTests(source, options.strangers(), options.authTimeout(), ledger.chronicle());
    engine =
        new AccountFilesEngine(
            ledger.ledger(),
            ledger.sharedFiles(),
            ledger.gates(),
            stores,
            ledger.chronicle(),
            clock,
            022);
    services = services(options, clock);
    door =
        new LoginDoor(
            jdbc, passwords, new KeySignatures(), seal, ledger.chronicle(), doorClock, null);
    failures = new NegotiationFailures(jdbc, clock);
    server =
        new SshListeners(
            servers(options, hostKeys, clock),
            gate.gate(),
            new KeepAlive(sessions, options.keepAlive()),
            services.served(),
            new Drain(sessions, Duration.ZERO, Duration.ZERO));
    notices.start();
    cluster.start();
    server.start();
  }

  private StoreCatalog catalog(UUID process) {
    BucketStores buckets =
        new BucketStores(
            new S3Stores(S3Limits.DEFAULTS),
            jdbc,
            new DataSourceTransactionManager(source),
            new DatabasePatience(LedgerSettings.DEFAULTS.patience()),
            process,
            seal,
            new SimpleMeterRegistry());
    return new StoreCatalog(
        new StoreOpener(jdbc, new LocalRoots(List.of(folder.resolve("stores"))), buckets));
  }

  private List<GatewaySshServer> servers(GatewayOptions options, HostKeys hostKeys, Clock clock) {
    SshSettings settings = settings(options);
    LoginFlow logins = new LoginFlow(door, admission, gate.guard());
    HandshakeRecorder recorder = new HandshakeRecorder(failures, handshakeMeters, clock);
    VirtualThreadIoServiceFactoryFactory transport =
        new VirtualThreadIoServiceFactoryFactory(SshConfiguration.transport(settings), gate.gate());
    ListenerSettings main =
        new ListenerSettings(
            ListenerSettings.MAIN, 0, null, AlgorithmPolicy.MODERN, List.of(), null);
    return Stream.concat(Stream.of(main), options.listeners().stream())
        .map(
            listener ->
                new GatewaySshServer(
                    listener,
                    "127.0.0.1",
                    settings,
                    hostKeys,
                    door,
                    logins,
                    gate.guard(),
                    services,
                    recorder,
                    transport))
        .toList();
  }

  private static SshSettings settings(GatewayOptions options) {
    return new SshSettings(
        "Quaymaster (OpenSSH-compatible SFTP)",
        options.windowBytes(),
        128 << 10,
        128 << 10,
        Duration.ofMinutes(2),
        options.authTimeout(),
        Duration.ofMinutes(15),
        6,
        options.maxChannels());
  }

  private ChannelServices services(GatewayOptions options, Clock clock) {
    return new ChannelServices(
        sessions,
        engine,
        ledger.chronicle(),
        options.limits(),
        new SftpMeters(new SimpleMeterRegistry()),
        new DirectBuffers(128 << 10, 64),
        new DirectBuffers(256 << 10, 64),
        options.patience(),
        clock);
  }

  /**
   * Begins to describe an account; {@link TestAccount.Setup#create} makes it.
   *
   * @param login for example {@code alice@acme}
   */
  TestAccount.Setup account(String login) {
    return new TestAccount.Setup(this, login);
  }

  /** An account's files without SSH: as a session that came in by its password has them. */
  AccountFiles files(TestAccount account) throws FileFailure, LoginDoor.NotAdmitted {
    InetAddress here = InetAddress.getLoopbackAddress();
    LoginState.Open begun = door.begin(account.login());
    Verdict verdict =
        door.password(begun, AuthenticationMethod.PASSWORD, TestAccount.PASSWORD, here, false);
    if (verdict instanceof Verdict.Fits fits
        && door.proved(begun, fits) instanceof LoginState.Accepted accepted) {
      return engine.open(door.admit(accepted, here));
    }
    throw new IllegalStateException(verdict.toString());
  }

  Passwords passwords() {
    return passwords;
  }

  int port() {
    return server.port();
  }

  /** Of a further listener. */
  int port(String listener) {
    return server.further().stream()
        .filter(l -> l.name().equals(listener))
        .mapToInt(SshListener.Further::port)
        .findFirst()
        .orElseThrow();
  }

  /** Connections that failed before authentication, newest first. */
  List<NegotiationFailures.Kept> negotiationFailures() {
    return failures.list(null, null, Long.MAX_VALUE, 1000);
  }

  /** What handshakes were counted, by their metric's name and labels. */
  SimpleMeterRegistry handshakeMeters() {
    return handshakeMeters;
  }

  /** By which the door knows the time. */
  DoorClock doorClock() {
    return doorClock;
  }

  SecretSeal seal() {
    return seal;
  }

  DataSource dataSource() {
    return source;
  }

  JdbcClient jdbc() {
    return jdbc;
  }

  /** Where this gateway's stores lie: {@code tenant/store/…}. */
  Path stores() {
    return folder.resolve("stores");
  }

  /** The stores as somebody sees them who goes past the gateway. */
  BackDoor backDoor() {
    return backDoor;
  }

  /** A new folder for a client's own files. */
  Path scratch(String name) {
    try {
      return Files.createDirectories(folder.resolve("clients"))
          .resolve(name + "-" + UUID.randomUUID());
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
  }

  RawClient rawClient() {
    return rawClient;
  }

  SessionRegistry sessions() {
    return sessions;
  }

  /** Connections that are open and not authenticated. */
  int strangers() {
    return gate.gate().strangers();
  }

  GateForTests gate() {
    return gate;
  }

  /** Channels whose thread is at work. */
  int channels() {
    return services.served().now();
  }

  /** What the audit log holds, as {@code action outcome code}, oldest first. */
  List<String> audit(String account) {
    ledger.settle();
    return jdbc.sql(
            "select action || ' ' || outcome || ' ' || coalesce(code, '-') from audit_event"
                + " where account = ? order by id")
        .param(account)
        .query((row, n) -> row.getString(1))
        .list();
  }

  /** What the audit log holds of logins: when a session ends is told when it has ended. */
  List<String> logins(String account) {
    return audit(account).stream().filter(line -> line.startsWith("login ")).toList();
  }

  /** Waits until nobody is connected, and then shows that nothing of anybody is left. */
  void comesToRest() {
    new AtRest(this).await();
  }

  /** Bytes and files that are reserved and not settled, over all scopes. */
  long reserved() {
    ledger.settle();
    return jdbc.sql("select coalesce(sum(bytes_reserved + files_reserved), 0) from quota_scope")
        .query(Long.class)
        .single();
  }

  /** Lets nobody in any more and ends all sessions, as SIGTERM does; what is stored stays. */
  void stop() {
    server.stop();
  }

  @Override
  public void close() {
    rawClient.close();
    stop();
    try {
      cluster.stop();
      notices.stop();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(ended);
    }
    gate.close();
    ledger.close();
    stores.close();
    source.close();
    if (ownsDatabase) {
      database.close();
    }
    TestFolders.delete(folder);
  }
}
