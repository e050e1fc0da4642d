package io.quaymaster.account;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Set;

/**
 * The structure of public keys on the wire: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1
 * (ECDSA), RFC 8709 section 4 (Ed25519), OpenSSH's PROTOCOL.u2f (sk-*).
 */
final class SshKeyBlob {
  static final int MIN_RSA_BITS = 2048;
  static final int MAX_RSA_BITS = 16384;
  static final int MAX_APPLICATION = 256;

  static final Set<String> TYPES =
      Set.of(
          "ssh-ed25519",
          "ecdsa-sha2-nistp256",
          "ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp521",
          "ssh-rsa",
          "sk-ssh-ed25519@openssh.com",
          "sk-ecdsa-sha2-nistp256@openssh.com");

  private final ByteBuffer rest;

  private SshKeyBlob(byte[] blob) {
    this.rest = ByteBuffer.wrap(blob);
  }

  /**
   * @throws IllegalArgumentException with a reason for the admin
   */
  static void check(String type, byte[] blob) {
    new SshKeyBlob(blob).check(type);
  }

  private void check(String type) {
    String inner = text();
    if (!inner.equals(type)) {
      throw new IllegalArgumentException("says " + type + ", but holds a key of another type");
    }
    switch (type) {
      case "ssh-ed25519" -> checkEd25519();
      case "sk-ssh-ed25519@openssh.com" -> {
        checkEd25519();
        checkApplication();
      }
      case "ssh-rsa" -> checkRsa();
      case "sk-ecdsa-sha2-nistp256@openssh.com" -> {
        checkEcdsa("nistp256", "secp256r1");
        checkApplication();
      }
      case "ecdsa-sha2-nistp256" -> checkEcdsa("nistp256", "secp256r1");
      case "ecdsa-sha2-nistp384" -> checkEcdsa("nistp384", "secp384r1");
      case "ecdsa-sha2-nistp521" -> checkEcdsa("nistp521", "secp521r1");
      default -> throw new IllegalArgumentException("is of a type that is not taken");
    }
    if (rest.hasRemaining()) {
      throw new IllegalArgumentException("has bytes behind the key");
    }
  }

  private void checkEd25519() {
    if (string().length != 32) {
      throw new IllegalArgumentException("is no Ed25519 key: it must have 32 bytes");
    }
  }

  private void checkApplication() {
    int length = string().length;
    if (length == 0 || length > MAX_APPLICATION) {
      throw new IllegalArgumentException("has no valid application");
    }
  }

  private void checkRsa() {
    BigInteger exponent = positive();
    BigInteger modulus = positive();
    if (modulus.bitLength() < MIN_RSA_BITS || modulus.bitLength() > MAX_RSA_BITS) {
      throw new IllegalArgumentException(
          "is an RSA key of %d bits; it must have %d to %d"
              .formatted(modulus.bitLength(), MIN_RSA_BITS, MAX_RSA_BITS));
    }
    if (!modulus.testBit(0)
        || !exponent.testBit(0)
        || exponent.bitLength() < 2
        || exponent.compareTo(modulus) >= 0) {
      throw new IllegalArgumentException("is no RSA key");
    }
  }

  private void checkEcdsa(String curve, String javaName) {
    if (!text().equals(curve)) {
      throw new IllegalArgumentException("names another curve than its type");
    }
    byte[] point = string();
    ECParameterSpec parameters = parameters(javaName);
    int width = (parameters.getCurve().getField().getFieldSize() + 7) / 8;
    if (point.length != 1 + 2 * width || point[0] != 4) {
      throw new IllegalArgumentException("holds no uncompressed point of " + curve);
    }
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + width));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + width, point.length));
    if (!isOnCurve(x, y, parameters)) {
      throw new IllegalArgumentException("holds no point of " + curve);
    }
  }

  private static boolean isOnCurve(BigInteger x, BigInteger y, ECParameterSpec parameters) {
    BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
    BigInteger right =
        x.multiply(x)
            .add(parameters.getCurve().getA())
            .multiply(x)
            .add(parameters.getCurve().getB());
    return x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.multiply(y).subtract(right).mod(p).signum() == 0;
  }

  private static ECParameterSpec parameters(String curve) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(curve));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + curve, e);
    }
  }

  /** An mpint (RFC 4251, section 5): positive, and no byte longer than it must be. */
  private BigInteger positive() {
    byte[] bytes = string();
    BigInteger number = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    if (number.signum() <= 0 || !Arrays.equals(bytes, number.toByteArray())) {
      throw new IllegalArgumentException("is damaged: a number in it is not well formed");
    }
    return number;
  }

  private String text() {
    return new String(string(), StandardCharsets.ISO_8859_1);
  }

  private byte[] string() {
    if (rest.remaining() < 4) {
      throw new IllegalArgumentException("is damaged: it ends too early");
    }
    int length = rest.getInt();
    if (length < 0 || length > rest.remaining()) {
      throw new IllegalArgumentException("is damaged: it ends too early");
    }
    byte[] bytes = new byte[length];
    rest.get(bytes);
    return bytes;
  }
}
