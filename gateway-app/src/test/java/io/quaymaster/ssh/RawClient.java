package io.quaymaster.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;

/** MINA's client with nothing of the user's, for what no well-behaved client would send. */
final class RawClient implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SshClient client = SshClient.setUpDefaultClient();

  RawClient() {
    client.setServerKeyVerifier((session, address, key) -> true);
    client.setKeyIdentityProvider(KeyPairProvider.EMPTY_KEYPAIR_PROVIDER);
    // The cheapest exchange there is: what is tested here is not its strength.
    client.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(
            false, List.of(BuiltinDHFactories.curve25519), ClientBuilder.DH2KEX));
    CoreModuleProperties.TCP_NODELAY.set(client, true);
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    client.start();
  }

  SshClient mina() {
    return client;
  }

  /** Connected, not authenticated. */
  ClientSession connect(int port, String login) {
    try {
      return client.connect(login, "127.0.0.1", port).verify(PATIENCE).getClientSession();
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  /** The same from another of this machine's addresses. */
  ClientSession connectFrom(String address, int port, String login) {
    try {
      return client
          .connect(
              login,
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
              new InetSocketAddress(InetAddress.ofLiteral(address), 0))
          .verify(PATIENCE)
          .getClientSession();
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  ClientSession login(int port, String login, String password) {
    ClientSession session = connect(port, login);
    session.addPasswordIdentity(password);
    return authenticated(session);
  }

  ClientSession login(int port, String login, KeyPair key) {
    ClientSession session = connect(port, login);
    session.addPublicKeyIdentity(key);
    return authenticated(session);
  }

  private static ClientSession authenticated(ClientSession session) {
    try {
      session.auth().verify(PATIENCE);
      return session;
    } catch (IOException refused) {
      session.close(true);
      throw new IllegalStateException("not authenticated: " + refused.getMessage(), refused);
    }
  }

  @Override
  public void close() {
    client.stop();
  }
}
