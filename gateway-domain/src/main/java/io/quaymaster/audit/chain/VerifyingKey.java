package io.quaymaster.audit.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** The public half of a {@link SigningKey}. Immutable. */
public final class VerifyingKey {
  /** The DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410, section 4), up to the key's bytes. */
  private static final byte[] DER = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int ID_BYTES = 8;

  private final Ed25519PublicKeyParameters key;
  private final String id;

  private VerifyingKey(byte[] bytes) {
    this.key = new Ed25519PublicKeyParameters(bytes);
    this.id = HexFormat.of().formatHex(sha256(bytes), 0, ID_BYTES);
  }

  static VerifyingKey ofBytes(byte[] bytes) {
    return new VerifyingKey(bytes);
  }

  /**
   * Reads {@link #text}, with or without the lines that PEM has around it.
   *
   * @throws IllegalArgumentException if it is no such key
   */
  public static VerifyingKey parse(String text) {
    String base64 = text.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s+", "");
    byte[] der = Base64.getDecoder().decode(base64);
    if (der.length != DER.length + Ed25519PublicKeyParameters.KEY_SIZE
        || !Arrays.equals(der, 0, DER.length, DER, 0, DER.length)) {
      throw new IllegalArgumentException("no Ed25519 public key");
    }
    return new VerifyingKey(Arrays.copyOfRange(der, DER.length, der.length));
  }

  /** The first 8 bytes of the key's SHA-256, in hexadecimal. */
  public String id() {
    return id;
  }

  /** The SubjectPublicKeyInfo in Base64: what stands between the lines of a PEM file. */
  public String text() {
    byte[] der = Arrays.copyOf(DER, DER.length + Ed25519PublicKeyParameters.KEY_SIZE);
    key.encode(der, DER.length);
    return Base64.getEncoder().encodeToString(der);
  }

  boolean signed(Checkpoint checkpoint) {
    byte[] message = checkpoint.signedBytes();
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, key);
    verifier.update(message, 0, message.length);
    try {
      return verifier.verifySignature(Base64.getDecoder().decode(checkpoint.signature()));
    } catch (IllegalArgumentException noBase64) {
      return false;
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Override
  public String toString() {
    return text();
  }
}
