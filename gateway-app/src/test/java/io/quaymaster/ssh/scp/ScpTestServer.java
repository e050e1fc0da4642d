package io.quaymaster.ssh.scp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.AccountFilesEngine;
import io.quaymaster.accountfiles.Refusals;
import io.quaymaster.audit.Journal;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Home;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.StoreKey;
import io.quaymaster.login.Grant;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.quota.QuotaAssembly;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.channel.PacketBuffers;
import io.quaymaster.ssh.channel.ServedChannel;
import io.quaymaster.ssh.channel.Throttle;
import io.quaymaster.ssh.transport.Gatekeeper;
import io.quaymaster.ssh.transport.TransportSettings;
import io.quaymaster.ssh.transport.VirtualThreadIoServiceFactoryFactory;
import io.quaymaster.storage.local.LocalStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/**
 * An SSH server for one account, {@code alice@acme}, that serves exec lines by {@link ScpServer}
 * over a folder on disk and a ledger in PostgreSQL.
 */
final class ScpTestServer {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long ONLY_STORE = 1;

  final Path home;
  final Path key;
  final KeyPair keyPair;
  final ToldChronicle chronicle = new ToldChronicle();
  private final TestDatabase database = TestDatabase.migrated();
  private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
  private final ClusterNotices notices;
  private final QuotaAssembly ledger;
  private final FileStore store;
  private final AccountFilesEngine engine;
  private final DirectBuffers buffers = new DirectBuffers(64 << 10, 64);
  final SshClient client = SshClient.setUpDefaultClient();
  private final SshServer ssh = SshServer.setUpDefaultServer();
  private volatile Grant grant;

  ScpTestServer(Path folder) throws Exception {
    home = Files.createDirectory(folder.resolve("store"));
    database.execute(
        """
        insert into tenant (name, display_name, created_at, updated_at, version) values ('acme', 'Acme', now(), now(), 0);
        insert into store (tenant_id, name, type, path, created_at, version) values (1, 'main', 'local', 'acme', now(), 0);
        insert into quota_scope (tenant_id) values (1);
        insert into quota_scope (tenant_id, store_id, path) values (1, 1, '');
        """);
    store = LocalStores.open(home);
    DataSource source = database.dataSource();
    notices = new ClusterNotices(source);
    ledger =
        new QuotaAssembly(
            source,
            new DataSourceTransactionManager(source),
            id -> store,
            new Journal(folder.resolve("journal"), 1 << 20),
            LedgerSettings.DEFAULTS,
            new SimpleMeterRegistry(),
            notices,
            UUID.randomUUID());
    notices.start();
    ledger.start();
    engine =
        new AccountFilesEngine(
            ledger.ledger(),
            ledger.sharedFiles(),
            ledger.gates(),
            id -> store,
            chronicle,
            Clock.systemUTC(),
            022);
    grant = grant(Permission.ALL, null, RealPath.ROOT, false);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    keyPair = generator.generateKeyPair();
    key = write(keyPair, folder.resolve("id_ecdsa"));
    start(KeyPairProvider.wrap(List.of(generator.generateKeyPair())));
  }

  private void start(KeyPairProvider hostKey) throws IOException {
    ssh.setIoServiceFactoryFactory(
        new VirtualThreadIoServiceFactoryFactory(TransportSettings.DEFAULTS, Gatekeeper.OPEN));
    ssh.setHost("127.0.0.1");
    ssh.setKeyPairProvider(hostKey);
    ssh.setPublickeyAuthenticator((user, key, session) -> true);
    ssh.setCommandFactory(this::serve);
    ssh.setChannelFactories(List.of(new ByteLineChannels()));
    CoreModuleProperties.WINDOW_SIZE.set(ssh, 4L << 20);
    CoreModuleProperties.COMMAND_EXIT_TIMEOUT.set(ssh, PATIENCE);
    ssh.start();
    client.setServerKeyVerifier((to, address, hisKey) -> true);
    client.setKeyIdentityProvider(KeyPairProvider.EMPTY_KEYPAIR_PROVIDER);
    client.start();
  }

  /** Makes MINA hand the exec line over as byte text. */
  private static final class ByteLineChannels implements ChannelFactory {
    @Override
    public String getName() {
      return "session";
    }

    @Override
    public Channel createChannel(Session session) {
      return new ChannelSession() {
        @Override
        protected RequestHandler.Result handleExec(String request, Buffer buffer, boolean wantReply)
            throws IOException {
          return handleExecParsed(request, buffer.getString(StandardCharsets.ISO_8859_1));
        }
      };
    }
  }

  private Command serve(ChannelSession channel, String line) {
    ChannelInput in = new ChannelInput(channel, buffers, Throttle.NONE);
    ChannelOutput out = new ChannelOutput(channel, new PacketBuffers(2), Throttle.NONE, PATIENCE);
    return new ServedChannel("exec", channel, in, out, service(line));
  }

  private ServedChannel.Service service(String line) {
    return switch (ScpCommand.parse(line)) {
      case ScpCommand.Refused refused ->
          (in, out, complaints) -> {
            complaints.say(refused.reason());
            return 1;
          };
      case ScpCommand.SftpServer _ ->
          (in, out, complaints) -> {
            complaints.say("sftp");
            return 0;
          };
      case ScpCommand.Scp scp ->
          (in, out, complaints) -> {
            Refusals refusals = new Refusals(chronicle, grant, Clock.systemUTC());
            try (AccountFiles files = engine.open(grant)) {
              return new ScpServer(scp, files, refusals, buffers).serve(in, out, complaints);
            } catch (FileFailure failure) {
              throw new IOException(failure);
            }
          };
    };
  }

  /** What later commands are granted. */
  void allow(Set<Permission> permissions) {
    grant = grant(permissions, null, RealPath.ROOT, false);
  }

  void limitFilesTo(long maxFileBytes) {
    grant = grant(Permission.ALL, maxFileBytes, RealPath.ROOT, false);
  }

  void startIn(String directory) {
    grant = grant(Permission.ALL, null, RealPath.ofUnicode(directory), false);
  }

  void makeReadOnly() {
    grant = grant(Permission.ALL, null, RealPath.ROOT, true);
  }

  private static Grant grant(
      Set<Permission> permissions, @Nullable Long maxFileBytes, RealPath start, boolean readOnly) {
    return new Grant(
        "session",
        1,
        "acme",
        1,
        "alice",
        new Home(RealPath.ROOT, ONLY_STORE, "main", StoreKey.ROOT),
        List.of(),
        new AccessPolicy(List.of(new AccessPolicy.Rule(RealPath.ROOT, permissions)), readOnly),
        new SftpSettings(readOnly, null, start, null, Set.of()),
        Set.of(Protocol.SCP),
        PublishMode.IMMEDIATE,
        new Grant.Limits(maxFileBytes, null, null, null, null),
        new Grant.CredentialUsed.Password(),
        "127.0.0.1",
        Instant.now());
  }

  void limitBytes(long bytes) throws SQLException {
    database.execute("update quota_scope set bytes_limit = " + bytes + " where store_id = 1");
  }

  /** What the ledger holds to be in the account's home, once it is settled. */
  long usedBytes() {
    ledger.settler().settle(Duration.ZERO);
    return jdbc.sql("select bytes_used from quota_scope where store_id = 1")
        .query(Long.class)
        .single();
  }

  AccountFiles openFiles() throws FileFailure {
    return engine.open(grant);
  }

  int port() {
    return ssh.getPort();
  }

  void close() throws IOException, InterruptedException {
    client.stop();
    ssh.stop(true);
    ledger.stop();
    notices.stop();
    store.close();
    database.close();
  }

  /** As ssh(1) reads it. */
  private static Path write(KeyPair pair, Path file) throws Exception {
    try (var to = Files.newOutputStream(file)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "test", null, to);
    }
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
