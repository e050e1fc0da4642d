package io.quaymaster.ssh.auth;

import io.quaymaster.certificate.CertificateSignatures;
import io.quaymaster.certificate.UserCertificate;
import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.u2f.SkED25519PublicKey;
import org.apache.sshd.common.config.keys.u2f.SkEcdsaPublicKey;
import org.apache.sshd.common.session.SessionContext;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.signature.SignatureFactoriesHolder;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signatures of SSH keys, by MINA's cryptography. Threads: any. */
public final class KeySignatures implements CertificateSignatures {
  private static final Logger log = LoggerFactory.getLogger(KeySignatures.class);
  private static final String RSA = "ssh-rsa";
  private static final Set<String> RSA_ALGORITHMS = Set.of("rsa-sha2-256", "rsa-sha2-512");

  /** What authorities may sign with: no SHA-1, whatever a listener takes from old clients. */
  private static final List<NamedFactory<Signature>> OF_AUTHORITIES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.sk_ssh_ed25519,
          BuiltinSignatures.sk_ecdsa_sha2_nistp256,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256);

  /** Whether a client may sign by an algorithm with a key (or certificate) of a type. */
  static boolean fits(String algorithm, String type, SignatureFactoriesHolder taken) {
    return UserCertificate.isType(algorithm) == UserCertificate.isType(type)
        && isOf(UserCertificate.plainType(algorithm), UserCertificate.plainType(type), taken);
  }

  private static boolean isOf(String algorithm, String type, SignatureFactoriesHolder taken) {
    boolean named =
        algorithm.equals(type) || (type.equals(RSA) && RSA_ALGORITHMS.contains(algorithm));
    return named && taken.getSignatureFactoriesNames().contains(algorithm);
  }

  /**
   * Whether a key has signed data.
   *
   * @param verifyRequired a security key must say that it verified the person
   */
  static <S extends SessionContext & SignatureFactoriesHolder> boolean isBy(
      byte[] keyBlob,
      boolean verifyRequired,
      String algorithm,
      S session,
      byte[] data,
      byte[] signature) {
    try {
      return verify(
          session.getSignatureFactories(),
          session,
          key(keyBlob, verifyRequired),
          algorithm,
          data,
          signature);
    } catch (Exception unreadable) {
      log.debug("A signature on {} cannot be read", session, unreadable);
      return false;
    }
  }

  @Override
  public boolean hold(UserCertificate certificate) throws Exception {
    byte[] authority = certificate.authorityBlob();
    String type = new ByteArrayBuffer(authority).getString();
    String algorithm = new ByteArrayBuffer(certificate.signature()).getString();
    boolean fits = type.equals(RSA) ? RSA_ALGORITHMS.contains(algorithm) : algorithm.equals(type);
    return fits
        && verify(
            OF_AUTHORITIES,
            null,
            key(authority, false),
            algorithm,
            certificate.signed(),
            certificate.signature());
  }

  private static boolean verify(
      List<NamedFactory<Signature>> taken,
      @Nullable SessionContext session,
      PublicKey key,
      String algorithm,
      byte[] data,
      byte[] signature)
      throws Exception {
    Signature verifier = NamedFactory.create(taken, algorithm);
    if (verifier == null || !new ByteArrayBuffer(signature).getString().equals(algorithm)) {
      return false;
    }
    verifier.initVerifier(session, key);
    verifier.update(session, data);
    return verifier.verify(session, signature);
  }

  private static PublicKey key(byte[] blob, boolean verifyRequired) throws Exception {
    PublicKey key = new ByteArrayBuffer(blob).getRawPublicKey();
    if (!verifyRequired) {
      return key;
    }
    return switch (key) {
      case SkED25519PublicKey sk ->
          new SkED25519PublicKey(sk.getAppName(), false, true, sk.getDelegatePublicKey());
      case SkEcdsaPublicKey sk ->
          new SkEcdsaPublicKey(sk.getAppName(), false, true, sk.getDelegatePublicKey());
      default -> throw new IllegalArgumentException("no security key verifies anybody");
    };
  }
}
