package io.quaymaster.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals secrets for the database: AES-256-GCM (NIST SP 800-38D), the purpose as associated data.
 *
 * <p>A sealed secret is: the format's number (1), the key's id (8 bytes), the nonce (12 random
 * bytes), the ciphertext with its tag of 16 bytes. The id is a keyed hash, so it tells which key is
 * needed and nothing of the key; so keys can be exchanged while secrets of both are there.
 *
 * <p>Threads: any. It says nothing of its keys in logs.
 */
public final class SecretSeal {
  public static final int KEY_BYTES = 32;

  private static final byte FORMAT = 1;
  private static final int ID_BYTES = 8;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int LEAST_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BITS / 8;

  /** What a gateway does with a key. */
  public enum KeyUse {
    /** Seals and opens. */
    CURRENT,
    /** Opens; what it sealed stays. */
    NEXT,
    /** Opens; what it sealed is sealed anew. */
    PREVIOUS,
    /** The gateway does not have it. */
    MISSING
  }

  private record Known(SecretKeySpec key, KeyUse use) {}

  private final String currentId;
  private final Map<String, Known> known = new LinkedHashMap<>();
  private final SecureRandom random = new SecureRandom();

  /** With one key and no other. */
  public SecretSeal(byte[] key) {
    this(SealKeys.only(key));
  }

  /**
   * @throws IllegalArgumentException if a key has not {@link #KEY_BYTES}
   */
  public SecretSeal(SealKeys keys) {
    this.currentId = learn(keys.current(), KeyUse.CURRENT);
    keys.next().forEach(key -> learn(key, KeyUse.NEXT));
    keys.previous().forEach(key -> learn(key, KeyUse.PREVIOUS));
  }

  /** A key that is given twice is what it was given as first. */
  private String learn(byte[] key, KeyUse use) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a seal key has " + KEY_BYTES + " bytes");
    }
    String id = HexFormat.of().formatHex(idOf(key));
    known.putIfAbsent(id, new Known(new SecretKeySpec(key, "AES"), use));
    return id;
  }

  /** A new key. */
  public static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** By which operators tell keys apart: that of the current one. */
  public String keyId() {
    return currentId;
  }

  /** The ids of all keys that it has, the current one first. */
  public List<String> keyIds() {
    return List.copyOf(known.keySet());
  }

  /** What is done with the key of this id. */
  public KeyUse useOf(String id) {
    Known key = known.get(id);
    return key == null ? KeyUse.MISSING : key.use();
  }

  public SealedSecret seal(String secret, SealPurpose purpose) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    Known current = Objects.requireNonNull(known.get(currentId));
    try {
      byte[] hidden =
          cipher(Cipher.ENCRYPT_MODE, current, nonce, purpose)
              .doFinal(secret.getBytes(StandardCharsets.UTF_8));
      return new SealedSecret(
          ByteBuffer.allocate(1 + ID_BYTES + NONCE_BYTES + hidden.length)
              .put(FORMAT)
              .put(HexFormat.of().parseHex(currentId))
              .put(nonce)
              .put(hidden)
              .array());
    } catch (GeneralSecurityException impossible) {
      throw lacking(impossible);
    }
  }

  /**
   * @throws SealBroken it was sealed with a key that is not there or for another purpose, or is
   *     damaged
   */
  public String unseal(SealedSecret secret, SealPurpose purpose) throws SealBroken {
    byte[] sealed = secret.bytes();
    if (sealed.length < LEAST_BYTES || sealed[0] != FORMAT) {
      throw broken("it is no sealed secret that this release knows", purpose, null);
    }
    ByteBuffer in = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
    String id = HexFormat.of().formatHex(next(in, ID_BYTES));
    Known key = known.get(id);
    if (key == null) {
      throw broken(
          "it was sealed with the key %s, and this gateway has the %s %s"
              .formatted(id, known.size() == 1 ? "key" : "keys", String.join(", ", keyIds())),
          purpose,
          null);
    }
    byte[] nonce = next(in, NONCE_BYTES);
    try {
      byte[] opened =
          cipher(Cipher.DECRYPT_MODE, key, nonce, purpose).doFinal(next(in, in.remaining()));
      return new String(opened, StandardCharsets.UTF_8);
    } catch (AEADBadTagException changed) {
      throw broken("it is damaged, or was sealed for something else", purpose, changed);
    } catch (GeneralSecurityException impossible) {
      throw lacking(impossible);
    }
  }

  private static Cipher cipher(int mode, Known key, byte[] nonce, SealPurpose purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key.key(), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.text().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] next(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static byte[] idOf(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] hash = mac.doFinal("quaymaster seal key id".getBytes(StandardCharsets.US_ASCII));
      return Arrays.copyOf(hash, ID_BYTES);
    } catch (GeneralSecurityException impossible) {
      throw lacking(impossible);
    }
  }

  private static SealBroken broken(String why, SealPurpose purpose, @Nullable Throwable cause) {
    return new SealBroken(
        "The sealed secret of %s cannot be opened: %s.".formatted(purpose.text(), why), cause);
  }

  private static IllegalStateException lacking(GeneralSecurityException impossible) {
    return new IllegalStateException("every Java platform has AES-GCM and HMAC", impossible);
  }

  @Override
  public String toString() {
    return "SecretSeal" + keyIds();
  }
}
