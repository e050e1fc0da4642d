package io.quaymaster.ssh.handshake;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RequestHandler.Result;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionServiceRequestHandler;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells clients of all host keys, those that are not in use yet included, and proves to have them
 * (PROTOCOL of OpenSSH, section 2.5). So a client that trusts a key of today learns the one of
 * tomorrow.
 *
 * <p>MINA has a handler for the proof, but it signs with the first key of a type, whichever was
 * asked about, and RSA with SHA-1. Threads: any.
 */
public final class HostKeyNotices extends AbstractConnectionServiceRequestHandler {
  static final String NOTICE = "hostkeys-00@openssh.com";
  static final String PROOF = "hostkeys-prove-00@openssh.com";

  /** A client asks once. Each proof costs a signature or a few. */
  private static final int MOST_PROOFS = 4;

  private static final AttributeKey<Boolean> TOLD = new AttributeKey<>();
  private static final AttributeKey<Integer> PROOFS = new AttributeKey<>();

  /** Those that cannot cope with the notice: SSH_BUG_HOSTKEYS in OpenSSH's compat.c. */
  private static final Pattern CANNOT_COPE =
      Pattern.compile(
          "SSH-2\\.0-(Cisco-1\\.|TeraTerm SSH|TTSSH/(1\\.5\\.|2\\.[1-6]|2\\.7[0-2])"
              + "|WinSCP_release_(4|5\\.[0156]($|\\.)|5\\.7($|\\.[1-4]))).*");

  private static final Logger logger = LoggerFactory.getLogger(HostKeyNotices.class);

  private final List<KeyPair> keys;

  /**
   * @param keys all, in use or not
   */
  public HostKeyNotices(List<KeyPair> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Tells a client once. To be called when its first channel is opened: then it has read that it is
   * authenticated, and nothing is overtaken.
   */
  public void tell(Session session) {
    if (session.getAttribute(TOLD) != null
        || CANNOT_COPE.matcher(String.valueOf(session.getClientVersion())).matches()) {
      return;
    }
    session.setAttribute(TOLD, true);
    Buffer notice = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
    notice.putString(NOTICE);
    notice.putBoolean(false);
    for (KeyPair key : keys) {
      notice.putPublicKey(key.getPublic());
    }
    try {
      session.writePacket(notice);
    } catch (IOException gone) {
      logger.debug("A client left before it was told of the host keys", gone);
    }
  }

  @Override
  public Result process(
      ConnectionService connection, String request, boolean wantReply, Buffer buffer)
      throws Exception {
    if (!request.equals(PROOF)) {
      return Result.Unsupported;
    }
    Session session = connection.getSession();
    Integer counted = session.getAttribute(PROOFS);
    int before = counted == null ? 0 : counted;
    session.setAttribute(PROOFS, before + 1);
    List<KeyPair> asked = asked(buffer);
    if (!wantReply || asked.isEmpty() || before >= MOST_PROOFS) {
      return Result.ReplyFailure;
    }
    Buffer proofs = session.createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS);
    for (KeyPair key : asked) {
      proofs.putBytes(proof(session, key));
    }
    session.writePacket(proofs);
    return Result.Replied;
  }

  /** The keys that are asked about; none if one of them is not ours, or one comes twice. */
  private List<KeyPair> asked(Buffer buffer) {
    List<KeyPair> asked = new ArrayList<>();
    while (buffer.available() > 0) {
      byte[] blob = buffer.getBytes();
      Optional<KeyPair> key =
          keys.stream().filter(k -> Arrays.equals(blob(k.getPublic()), blob)).findFirst();
      if (key.isEmpty() || asked.contains(key.get())) {
        return List.of();
      }
      asked.add(key.get());
    }
    return asked;
  }

  private static byte[] blob(PublicKey key) {
    Buffer blob = new ByteArrayBuffer();
    blob.putRawPublicKey(key);
    return blob.getCompactData();
  }

  private static byte[] proof(Session session, KeyPair key)
      throws IOException, GeneralSecurityException {
    String algorithm = algorithm(session, KeyUtils.getKeyType(key));
    Signature signature = NamedFactory.create(session.getSignatureFactories(), algorithm);
    if (signature == null) {
      throw new GeneralSecurityException("no signature " + algorithm);
    }
    Buffer claim = new ByteArrayBuffer();
    claim.putString(PROOF);
    claim.putBytes(session.getSessionId());
    claim.putPublicKey(key.getPublic());
    try {
      signature.initSigner(session, key.getPrivate());
      signature.update(session, claim.getCompactData());
      Buffer proof = new ByteArrayBuffer();
      proof.putString(signature.getSshAlgorithmName(algorithm));
      proof.putBytes(signature.sign(session));
      return proof.getCompactData();
    } catch (GeneralSecurityException | IOException expected) {
      throw expected;
    } catch (Exception other) {
      throw new GeneralSecurityException(other);
    }
  }

  /**
   * An RSA key signs as it did in the key exchange, if it was one that did, else by the best that
   * the client knows; without that it would be SHA-1.
   */
  private static String algorithm(Session session, String keyType) {
    if (!keyType.equals("ssh-rsa")) {
      return keyType;
    }
    List<String> rsa = List.of("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa");
    String used = session.getNegotiatedKexParameter(KexProposalOption.SERVERKEYS);
    if (rsa.contains(used)) {
      return used;
    }
    String known = session.getClientKexProposals().getOrDefault(KexProposalOption.SERVERKEYS, "");
    List<String> names = Arrays.asList(known.split(",", -1));
    return rsa.stream()
        .filter(names::contains)
        .filter(session.getSignatureFactoriesNames()::contains)
        .findFirst()
        .orElse("rsa-sha2-512");
  }
}
