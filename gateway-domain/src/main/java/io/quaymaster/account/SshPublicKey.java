package io.quaymaster.account;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A public key as in one line of {@code authorized_keys} (sshd(8)), checked down to its last byte:
 * what passes here is a key that a client can prove to own.
 */
public final class SshPublicKey {
  /** Longer than the line of the largest RSA key that is taken. */
  public static final int MAX_LINE = 16 * 1024;

  public static final Set<String> TYPES = SshKeyBlob.TYPES;

  private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

  private final String type;
  private final byte[] blob;
  private final String comment;

  private SshPublicKey(String type, byte[] blob, String comment) {
    this.type = type;
    this.blob = blob;
    this.comment = comment;
  }

  /**
   * Reads {@code type base64 [comment]}.
   *
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static SshPublicKey parse(String text) {
    String line = text.strip();
    if (line.contains("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          "is a private key: keep it to yourself, and send the line of its .pub file");
    }
    if (line.isEmpty() || line.length() > MAX_LINE) {
      throw new IllegalArgumentException("must be one line of at most " + MAX_LINE + " characters");
    }
    if (line.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
      throw new IllegalArgumentException("must be one line without control characters");
    }
    String[] words = BLANKS.split(line, 3);
    checkType(words[0]);
    if (words.length < 2) {
      throw new IllegalArgumentException("must be a type, a blank and the key in base64");
    }
    byte[] blob = decode(words[1]);
    SshKeyBlob.check(words[0], blob);
    return new SshPublicKey(words[0], blob, words.length > 2 ? words[2] : "");
  }

  private static void checkType(String type) {
    if (TYPES.contains(type)) {
      return;
    }
    if (type.equals("ssh-dss")) {
      throw new IllegalArgumentException("is a DSA key, which is too weak");
    }
    if (type.contains("-cert-v0")) {
      throw new IllegalArgumentException("is a certificate; send the public key itself");
    }
    throw new IllegalArgumentException(
        "must start with one of "
            + String.join(", ", TYPES.stream().sorted().toList())
            + ", without options before it");
  }

  private static byte[] decode(String base64) {
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException notBase64) {
      throw new IllegalArgumentException("holds no valid base64", notBase64);
    }
    if (!Base64.getEncoder().encodeToString(blob).equals(base64)) {
      throw new IllegalArgumentException("holds no valid base64");
    }
    return blob;
  }

  /** For example {@code ssh-ed25519}. */
  public String type() {
    return type;
  }

  /** What stood behind the key; may be empty. */
  public String comment() {
    return comment;
  }

  /** Type and base64, without comment. */
  public String text() {
    return type + " " + Base64.getEncoder().encodeToString(blob);
  }

  /** As {@code ssh-keygen -l} prints it: {@code SHA256:} and base64 without padding. */
  public String fingerprint() {
    return fingerprintOf(blob);
  }

  /** The fingerprint of a key that a client offers. */
  public static String fingerprintOf(byte[] blob) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SshPublicKey that && Arrays.equals(blob, that.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  @Override
  public String toString() {
    return type + " " + fingerprint();
  }
}
