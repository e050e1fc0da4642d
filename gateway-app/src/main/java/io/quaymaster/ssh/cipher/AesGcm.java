package io.quaymaster.ssh.cipher;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * {@code aes128-gcm@openssh.com} and {@code aes256-gcm@openssh.com} (RFC 5647, with the names of
 * OpenSSH's PROTOCOL) by the JDK. What comes is decrypted into another array and copied back: where
 * the JDK decrypts an array into itself, it copies it all the same and leaves its widest
 * instructions unused.
 *
 * <p>Packets must come in order: first {@link #updateAAD} with the length, then {@link #update}
 * with the rest. One thread.
 */
final class AesGcm implements org.apache.sshd.common.cipher.Cipher {
  private static final String KEY_ALGORITHM = "AES";
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  /** Where the invocation counter begins in the nonce (RFC 5647, section 7.1). */
  private static final int COUNTER_AT = NONCE_BYTES - Long.BYTES;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final int keyBytes;
  private final Cipher cipher;
  private final byte[] nonce = new byte[NONCE_BYTES];
  private @Nullable Mode mode;
  private @Nullable SecretKeySpec key;
  private long firstCounter;
  private boolean begun;

  /**
   * @param keyBytes 16 or 32
   */
  AesGcm(int keyBytes) {
    this.keyBytes = keyBytes;
    try {
      cipher = Cipher.getInstance(TRANSFORMATION);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("the JDK has no " + TRANSFORMATION, missing);
    }
  }

  @Override
  public void init(Mode newMode, byte[] newKey, byte[] iv) {
    mode = newMode;
    key = new SecretKeySpec(newKey, 0, keyBytes, KEY_ALGORITHM);
    System.arraycopy(iv, 0, nonce, 0, NONCE_BYTES);
    firstCounter = counter();
    begun = false;
  }

  private long counter() {
    return (long) LONGS.get(nonce, COUNTER_AT);
  }

  @Override
  public void updateAAD(byte[] data, int offset, int length) throws GeneralSecurityException {
    begin();
    cipher.updateAAD(data, offset, length);
  }

  private void begin() throws GeneralSecurityException {
    if (!begun) {
      cipher.init(
          mode == Mode.Encrypt ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE,
          key,
          new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
      begun = true;
    }
  }

  /**
   * @throws javax.crypto.AEADBadTagException the packet was changed on its way
   */
  @Override
  public void update(byte[] data, int offset, int length) throws GeneralSecurityException {
    begin();
    if (mode == Mode.Encrypt) {
      cipher.doFinal(data, offset, length, data, offset);
    } else {
      decrypt(data, offset, length);
    }
    begun = false;
    long next = counter() + 1;
    if (next == firstCounter) {
      throw new IllegalStateException("no two packets may have one nonce under one key");
    }
    LONGS.set(nonce, COUNTER_AT, next);
  }

  private void decrypt(byte[] data, int offset, int length) throws GeneralSecurityException {
    byte[] plain = Scratch.take(length);
    try {
      cipher.doFinal(data, offset, length + TAG_BYTES, plain, 0);
      System.arraycopy(plain, 0, data, offset, length);
    } finally {
      Scratch.giveBack(plain);
    }
  }

  @Override
  public String getAlgorithm() {
    return KEY_ALGORITHM;
  }

  @Override
  public String getTransformation() {
    return TRANSFORMATION;
  }

  @Override
  public int getKeySize() {
    return keyBytes * Byte.SIZE;
  }

  @Override
  public int getIVSize() {
    return NONCE_BYTES;
  }

  @Override
  public int getAuthenticationTagSize() {
    return TAG_BYTES;
  }

  @Override
  public int getCipherBlockSize() {
    return 16;
  }

  @Override
  public int getKdfSize() {
    return keyBytes;
  }

  @Override
  public String toString() {
    return "aes%d-gcm@openssh.com".formatted(getKeySize());
  }
}
