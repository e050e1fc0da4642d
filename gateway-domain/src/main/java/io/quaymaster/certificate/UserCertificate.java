package io.quaymaster.certificate;

import io.quaymaster.account.SshPublicKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An OpenSSH certificate (PROTOCOL.certkeys), taken apart to its last byte and believed in nothing:
 * whoever sent it may have written what it says. Immutable.
 */
public final class UserCertificate {
  /** What OpenSSH takes at most (sshkey.c). */
  private static final int MAX_PRINCIPALS = 256;

  private static final int MAX_OPTIONS = 64;
  private static final int TYPE_USER = 1;
  private static final String SUFFIX = "-cert-v01@openssh.com";

  /** How many strings a public key of a type has behind its type. */
  private static final Map<String, Integer> FIELDS =
      Map.of(
          "ssh-ed25519", 1,
          "ecdsa-sha2-nistp256", 2,
          "ecdsa-sha2-nistp384", 2,
          "ecdsa-sha2-nistp521", 2,
          "ssh-rsa", 2,
          "sk-ssh-ed25519@openssh.com", 2,
          "sk-ecdsa-sha2-nistp256@openssh.com", 3);

  private final SshPublicKey key;
  private final byte[] keyBlob;
  private final long serial;
  private final boolean forUsers;
  private final String keyId;
  private final List<String> principals;
  private final long validAfter;
  private final long validBefore;
  private final Map<String, byte[]> criticalOptions;
  private final byte[] authorityBlob;
  private final byte[] signed;
  private final byte[] signature;

  /** Whether a key's type is that of a certificate. */
  public static boolean isType(String type) {
    return type.endsWith(SUFFIX);
  }

  /**
   * The type of the key in a certificate of this type; for a signature algorithm that of the
   * signature itself. Others stay as they are.
   */
  public static String plainType(String type) {
    if (!isType(type)) {
      return type;
    }
    String plain = type.substring(0, type.length() - SUFFIX.length());
    return plain.startsWith("sk-") ? plain + "@openssh.com" : plain;
  }

  /**
   * @throws IllegalArgumentException if it is no certificate, or not well formed
   */
  public static UserCertificate parse(byte[] blob) {
    return new UserCertificate(new SshBytes(blob));
  }

  private UserCertificate(SshBytes in) {
    String type = in.text();
    Integer fields = FIELDS.get(plainType(type));
    if (!isType(type) || fields == null) {
      throw new IllegalArgumentException("is no certificate of a type that is taken");
    }
    in.string(); // the nonce
    keyBlob = keyBlob(plainType(type), fields, in);
    key = SshPublicKey.parse(plainType(type) + " " + Base64.getEncoder().encodeToString(keyBlob));
    serial = in.uint64();
    forUsers = in.int32() == TYPE_USER;
    keyId = in.text();
    principals = principals(new SshBytes(in.string()));
    validAfter = in.uint64();
    validBefore = in.uint64();
    criticalOptions = options(new SshBytes(in.string()));
    options(new SshBytes(in.string())); // extensions: none of them gives anything here
    in.string(); // reserved
    authorityBlob = in.string();
    signed = in.upTo(in.position());
    signature = in.string();
    if (in.hasMore()) {
      throw new IllegalArgumentException("has bytes behind the signature");
    }
  }

  private static byte[] keyBlob(String type, int fields, SshBytes in) {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    put(blob, type.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < fields; i++) {
      put(blob, in.string());
    }
    return blob.toByteArray();
  }

  private static void put(ByteArrayOutputStream blob, byte[] string) {
    blob.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(string.length).array());
    blob.writeBytes(string);
  }

  private static List<String> principals(SshBytes in) {
    List<String> names = new ArrayList<>();
    while (in.hasMore()) {
      names.add(in.text());
      if (names.size() > MAX_PRINCIPALS) {
        throw new IllegalArgumentException("has too many principals");
      }
    }
    return List.copyOf(names);
  }

  private static Map<String, byte[]> options(SshBytes in) {
    Map<String, byte[]> options = new LinkedHashMap<>();
    while (in.hasMore()) {
      if (options.put(in.text(), in.string()) != null) {
        throw new IllegalArgumentException("has an option twice");
      }
      if (options.size() > MAX_OPTIONS) {
        throw new IllegalArgumentException("has too many options");
      }
    }
    return options;
  }

  /** The key that is certified. */
  public SshPublicKey key() {
    return key;
  }

  /** The same on the wire, without the certificate. */
  public byte[] keyBlob() {
    return keyBlob.clone();
  }

  /** Unsigned; 0 says nothing. */
  public long serial() {
    return serial;
  }

  boolean isForUsers() {
    return forUsers;
  }

  /** The authority's name for the certificate: bytes, as characters of the same number. */
  String keyId() {
    return keyId;
  }

  /**
   * The same to read and to look up: as UTF-8, and without NUL, which PostgreSQL's text has not.
   */
  public String keyIdText() {
    byte[] bytes = keyId.getBytes(StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.UTF_8).replace('\0', '\ufffd');
  }

  List<String> principals() {
    return principals;
  }

  /** In seconds since 1970, unsigned. */
  long validAfter() {
    return validAfter;
  }

  /** In seconds since 1970, unsigned; the first moment that it is not valid any more. */
  long validBefore() {
    return validBefore;
  }

  /** The data of each critical option, as it is. */
  Map<String, byte[]> criticalOptions() {
    return criticalOptions;
  }

  /** Who says that it signed this. */
  public byte[] authorityBlob() {
    return authorityBlob.clone();
  }

  /** {@code SHA256:…} of that key. */
  public String authorityFingerprint() {
    return SshPublicKey.fingerprintOf(authorityBlob);
  }

  /** What the authority has signed. */
  public byte[] signed() {
    return signed.clone();
  }

  /** As {@code string type, string signature}. */
  public byte[] signature() {
    return signature.clone();
  }

  @Override
  public String toString() {
    return "certificate of " + key;
  }
}
