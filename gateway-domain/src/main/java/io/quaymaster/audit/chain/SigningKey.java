package io.quaymaster.audit.chain;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** Signs checkpoints: an Ed25519 key (RFC 8032), given as its 32 secret bytes. Threads: any. */
public final class SigningKey {
  public static final int KEY_BYTES = Ed25519PrivateKeyParameters.KEY_SIZE;

  private final Ed25519PrivateKeyParameters secret;
  private final VerifyingKey verifying;

  /**
   * @throws IllegalArgumentException unless there are {@link #KEY_BYTES}
   */
  public SigningKey(byte[] secret) {
    if (secret.length != KEY_BYTES) {
      throw new IllegalArgumentException("a signing key has " + KEY_BYTES + " bytes");
    }
    this.secret = new Ed25519PrivateKeyParameters(secret);
    this.verifying = VerifyingKey.ofBytes(this.secret.generatePublicKey().getEncoded());
  }

  public static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** What tells whether this key signed. */
  public VerifyingKey verifying() {
    return verifying;
  }

  Checkpoint sign(ChainHead head, Checkpoint.Kind kind, Instant now) {
    Instant at = now.truncatedTo(ChronoUnit.MICROS);
    byte[] message =
        Checkpoint.signedBytes(
            head.chain(), head.sequence(), kind, head.hash(), at, verifying.id());
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, secret);
    signer.update(message, 0, message.length);
    return new Checkpoint(
        head.chain(),
        head.sequence(),
        kind,
        head.hash(),
        at,
        verifying.id(),
        Base64.getEncoder().encodeToString(signer.generateSignature()));
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "signing key " + verifying.id();
  }
}
