package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import org.apache.sshd.client.auth.AbstractUserAuth;
import org.apache.sshd.client.auth.UserAuth;
import org.apache.sshd.client.auth.UserAuthFactory;
import org.apache.sshd.client.future.AuthFuture;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that live in a FIDO token ({@code sk-*}): a signature counts if somebody touched it. */
class SecurityKeyTest {
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static SecurityKey key(boolean ed25519, String application)
      throws GeneralSecurityException {
    return ed25519 ? SecurityKey.ed25519(application) : SecurityKey.ecdsa(application);
  }

  /** An account that has no other key and no password. */
  private static String accountWith(SecurityKey key) throws GeneralSecurityException {
    String username = "sk" + System.nanoTime();
    TestAccount account = gateway.account(username + "@acme").noPassword().create();
    gateway
        .jdbc()
        .sql(
            "update account_key set key_type = ?, public_key = ?, fingerprint = ? where fingerprint"
                + " = ?")
        .params(key.type(), key.publicKey(), key.fingerprint(), account.key().fingerprint())
        .update();
    return account.login();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTouchedKeyOpensTheDoor(boolean ed25519) throws Exception {
    SecurityKey key = key(ed25519, "ssh:");
    String login = accountWith(key);
    try (Token token = new Token(key, key, SecurityKey.TOUCHED);
        SftpWire wire = SftpWire.over(token.login(login))) {
      assertThat(wire.list("/")).hasSize(2);
    }
    assertThat(
            gateway
                .jdbc()
                .sql("select last_used_at is not null from account_key where fingerprint = ?")
                .param(key.fingerprint())
                .query(Boolean.class)
                .single())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUntouchedKeyDoesNot(boolean ed25519) throws Exception {
    SecurityKey key = key(ed25519, "ssh:");
    isRefused(accountWith(key), new Token(key, key, 0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSignatureForAnotherApplicationDoesNot(boolean ed25519) throws Exception {
    SecurityKey key = key(ed25519, "ssh:");
    SecurityKey other = new SecurityKey(ed25519, "https://example.org", key.pair());
    isRefused(accountWith(key), new Token(key, other, SecurityKey.TOUCHED));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anotherKeysSignatureDoesNot(boolean ed25519) throws Exception {
    SecurityKey key = key(ed25519, "ssh:");
    isRefused(accountWith(key), new Token(key, key(ed25519, "ssh:"), SecurityKey.TOUCHED));
  }

  private static void isRefused(String login, Token attempt) throws IOException {
    try (attempt) {
      ClientSession session = attempt.connect(login);
      AuthFuture answer = session.auth();
      assertThat(answer.await(RawClient.PATIENCE)).isTrue();
      assertThat(answer.isSuccess()).isFalse();
      assertThat(session.isAuthenticated()).isFalse();
    }
  }

  /** A client whose keys are in a token. */
  private static final class Token implements AutoCloseable {
    private final RawClient client = new RawClient();
    private final SecurityKey offered;
    private final SecurityKey signer;
    private final int flags;

    Token(SecurityKey offered, SecurityKey signer, int flags) {
      this.offered = offered;
      this.signer = signer;
      this.flags = flags;
      client.mina().setUserAuthFactories(List.of(new Factory()));
    }

    ClientSession connect(String login) {
      return client.connect(gateway.port(), login);
    }

    ClientSession login(String login) throws IOException {
      ClientSession session = connect(login);
      session.auth().verify(RawClient.PATIENCE);
      return session;
    }

    @Override
    public void close() {
      client.close();
    }

    private final class Factory implements UserAuthFactory {
      @Override
      public String getName() {
        return "publickey";
      }

      @Override
      public UserAuth createUserAuth(ClientSession session) {
        return new Proof();
      }
    }

    private final class Proof extends AbstractUserAuth {
      private boolean sent;

      Proof() {
        super("publickey");
      }

      @Override
      protected boolean sendAuthDataRequest(ClientSession session, String service)
          throws Exception {
        if (sent) {
          return false;
        }
        sent = true;
        Buffer request = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        putRequest(request, session.getUsername());
        // RFC 4252, section 7
        Buffer signed = new ByteArrayBuffer();
        signed.putBytes(session.getSessionId());
        signed.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        putRequest(signed, session.getUsername());
        request.putBytes(signer.sign(signed.getCompactData(), flags, 7));
        session.writePacket(request);
        return true;
      }

      private void putRequest(Buffer to, String login) {
        to.putString(login);
        to.putString("ssh-connection");
        to.putString("publickey");
        to.putBoolean(true);
        to.putString(offered.type());
        to.putBytes(offered.blob());
      }

      @Override
      protected boolean processAuthDataRequest(
          ClientSession session, String service, Buffer buffer) {
        return false;
      }
    }
  }
}
