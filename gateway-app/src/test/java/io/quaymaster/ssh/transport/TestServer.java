package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;

/** MINA's server over our transport, with {@link ByteCommand}s and a client to reach it. */
final class TestServer implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final long WINDOW_BYTES = 4L * 1024 * 1024;

  final SshServer ssh = SshServer.setUpDefaultServer();
  final SshClient client = SshClient.setUpDefaultClient();
  final VirtualThreadIoServiceFactoryFactory factory;

  TestServer(TransportSettings settings) throws IOException {
    factory = new VirtualThreadIoServiceFactoryFactory(settings, Gatekeeper.OPEN);
    ssh.setIoServiceFactoryFactory(factory);
    ssh.setHost("127.0.0.1");
    ssh.setKeyPairProvider(hostKey());
    accept((user, password, session) -> true);
    ssh.setCommandFactory(ByteCommand::create);
    CoreModuleProperties.WINDOW_SIZE.set(ssh, WINDOW_BYTES);
    CoreModuleProperties.COMMAND_EXIT_TIMEOUT.set(ssh, PATIENCE);
    client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    client.setKeyIdentityProvider(KeyPairProvider.EMPTY_KEYPAIR_PROVIDER);
    // The cheapest exchange there is: what is tested here is not its strength.
    client.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(
            false, List.of(BuiltinDHFactories.ecdhp256), ClientBuilder.DH2KEX));
    CoreModuleProperties.TCP_NODELAY.set(client, true);
    CoreModuleProperties.WINDOW_SIZE.set(client, WINDOW_BYTES);
  }

  TestServer accept(PasswordAuthenticator authenticator) {
    ssh.setPasswordAuthenticator(authenticator);
    return this;
  }

  TestServer start() throws IOException {
    ssh.start();
    client.start();
    return this;
  }

  int port() {
    return ssh.getPort();
  }

  Transport transport() {
    return factory.transport();
  }

  /** An authenticated client session. */
  ClientSession login(String user) throws IOException {
    ClientSession session =
        client.connect(user, "127.0.0.1", port()).verify(PATIENCE).getClientSession();
    session.addPasswordIdentity("secret");
    session.auth().verify(PATIENCE);
    return session;
  }

  /** Our side of the only session there is. */
  TransportSession onlySession() {
    var sessions = ssh.getActiveSessions();
    if (sessions.size() != 1) {
      throw new IllegalStateException(sessions.size() + " sessions");
    }
    return (TransportSession) sessions.getFirst().getIoSession();
  }

  private static KeyPairProvider hostKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return KeyPairProvider.wrap(List.of(generator.generateKeyPair()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    client.stop();
    ssh.stop(true);
  }
}
