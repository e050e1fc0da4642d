package io.quaymaster.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
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
 * needed and nothing of the key; with it keys can be exchanged one day.
 *
 * <p>Threads: any. It says nothing of its key in logs.
 */
public final class SecretSeal {
  public static final int KEY_BYTES = 32;

  private static final byte FORMAT = 1;
  private static final int ID_BYTES = 8;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int LEAST_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BITS / 8;

  private final SecretKeySpec key;
  private final byte[] keyId;
  private final SecureRandom random = new SecureRandom();

  /**
   * @throws IllegalArgumentException if the key has not {@link #KEY_BYTES}
   */
  public SecretSeal(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a seal key has " + KEY_BYTES + " bytes");
    }
    this.key = new SecretKeySpec(key, "AES");
    this.keyId = idOf(key);
  }

  /** A new key. */
  public static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** By which operators tell keys apart. */
  public String keyId() {
    return HexFormat.of().formatHex(keyId);
  }

  public SealedSecret seal(String secret, SealPurpose purpose) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] hidden =
          cipher(Cipher.ENCRYPT_MODE, nonce, purpose)
              .doFinal(secret.getBytes(StandardCharsets.UTF_8));
      return new SealedSecret(
          ByteBuffer.allocate(1 + ID_BYTES + NONCE_BYTES + hidden.length)
              .put(FORMAT)
              .put(keyId)
              .put(nonce)
              .put(hidden)
              .array());
    } catch (GeneralSecurityException impossible) {
      throw lacking(impossible);
    }
  }

  /**
   * @throws SealBroken it was sealed with another key or for another purpose, or is damaged
   */
  public String unseal(SealedSecret secret, SealPurpose purpose) throws SealBroken {
    byte[] sealed = secret.bytes();
    if (sealed.length < LEAST_BYTES || sealed[0] != FORMAT) {
      throw broken("it is no sealed secret that this release knows", purpose, null);
    }
    ByteBuffer in = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
    byte[] id = next(in, ID_BYTES);
    if (!Arrays.equals(id, keyId)) {
      throw broken(
          "it was sealed with the key %s, and this gateway has the key %s"
              .formatted(HexFormat.of().formatHex(id), keyId()),
          purpose,
          null);
    }
    byte[] nonce = next(in, NONCE_BYTES);
    try {
      byte[] opened = cipher(Cipher.DECRYPT_MODE, nonce, purpose).doFinal(next(in, in.remaining()));
      return new String(opened, StandardCharsets.UTF_8);
    } catch (AEADBadTagException changed) {
      throw broken("it is damaged, or was sealed for something else", purpose, changed);
    } catch (GeneralSecurityException impossible) {
      throw lacking(impossible);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, SealPurpose purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
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
    return "SecretSeal[" + keyId() + "]";
  }
}
