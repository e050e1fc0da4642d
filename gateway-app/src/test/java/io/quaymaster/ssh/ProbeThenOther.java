package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.client.auth.AbstractUserAuth;
import org.apache.sshd.client.auth.UserAuth;
import org.apache.sshd.client.auth.UserAuthFactory;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An attacker's authentication: asks whether the victim's key would do, as the victim, and once
 * that is answered with yes logs in under the attacker's own name and proof in the same connection.
 * A server that remembers the victim from the probe lets the attacker in as the victim.
 */
final class ProbeThenOther {
  private final TestAccount victim;
  private final TestAccount attacker;
  private final boolean byPassword;
  private final AtomicBoolean offered = new AtomicBoolean();
  private boolean onlyProbe;
  private @Nullable IOException end;

  ProbeThenOther(TestAccount victim, TestAccount attacker, boolean byPassword) {
    this.victim = victim;
    this.attacker = attacker;
    this.byPassword = byPassword;
  }

  ProbeThenOther onlyProbe() {
    onlyProbe = true;
    return this;
  }

  /** Whether the server said that the victim's key would do. */
  boolean wasOffered() {
    return offered.get();
  }

  /** How the connection ended, if it was not by us. */
  @Nullable IOException end() {
    return end;
  }

  /** Plays the attack to its end, whichever it is. */
  void against(TestGateway gateway) {
    try (RawClient client = new RawClient()) {
      client.mina().setUserAuthFactories(List.of(new Factory()));
      ClientSession session = client.connect(gateway.port(), victim.login());
      session.auth().verify(RawClient.PATIENCE);
    } catch (IOException refused) {
      end = refused;
    }
  }

  private final class Factory implements UserAuthFactory {
    @Override
    public String getName() {
      return "publickey";
    }

    @Override
    public UserAuth createUserAuth(ClientSession session) {
      return new Attack();
    }
  }

  private final class Attack extends AbstractUserAuth {
    private boolean probed;

    Attack() {
      super("publickey");
    }

    @Override
    protected boolean sendAuthDataRequest(ClientSession session, String service)
        throws IOException {
      if (probed) {
        return false;
      }
      probed = true;
      Buffer probe = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_REQUEST);
      putRequest(probe, victim, service);
      session.writePacket(probe);
      return true;
    }

    /** Everything but the signature. */
    private void putRequest(Buffer to, TestAccount account, String service) {
      KeyPair key = account.key().pair();
      to.putString(account.login());
      to.putString(service);
      to.putString("publickey");
      to.putBoolean(account == attacker && attacker != victim);
      to.putString(KeyUtils.getKeyType(key));
      to.putPublicKey(key.getPublic());
    }

    @Override
    protected boolean processAuthDataRequest(ClientSession session, String service, Buffer buffer)
        throws Exception {
      if (buffer.getUByte() != SshConstants.SSH_MSG_USERAUTH_PK_OK) {
        return false;
      }
      offered.set(true);
      if (onlyProbe) {
        return false;
      }
      Buffer request = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_REQUEST);
      if (byPassword) {
        request.putString(attacker.login());
        request.putString(service);
        request.putString("password");
        request.putBoolean(false);
        request.putString(TestAccount.PASSWORD);
      } else {
        putRequest(request, attacker, service);
        request.putBytes(signature(session, service));
      }
      session.writePacket(request);
      return true;
    }

    /** RFC 4252, section 7, by the attacker's own key: a true signature. */
    private byte[] signature(ClientSession session, String service) throws Exception {
      Buffer signed = new ByteArrayBuffer();
      signed.putBytes(session.getSessionId());
      signed.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
      putRequest(signed, attacker, service);
      Signature signer = BuiltinSignatures.ed25519.create();
      signer.initSigner(session, attacker.key().pair().getPrivate());
      signer.update(session, signed.getCompactData());
      Buffer blob = new ByteArrayBuffer();
      blob.putBytes("ssh-ed25519".getBytes(StandardCharsets.US_ASCII));
      blob.putBytes(signer.sign(session));
      return blob.getCompactData();
    }
  }
}
