package io.quaymaster.ssh.cipher;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * {@code chacha20-poly1305@openssh.com} (OpenSSH's PROTOCOL.chacha20poly1305): the JDK's ChaCha20
 * under two keys, one for a packet's length and one for what follows, and Poly1305 over both as
 * they are sent. The nonce is the packet's number.
 *
 * <p>Packets must come in order: first {@link #updateAAD} with the length, then {@link #update}
 * with the rest. One thread.
 */
final class ChaCha20Poly1305 implements org.apache.sshd.common.cipher.Cipher {
  private static final String ALGORITHM = "ChaCha20";
  private static final int KEY_BYTES = 32;
  private static final int LENGTH_BYTES = 4;
  private static final int NONCE_BYTES = 12;

  /** From here the JDK's authenticator is faster: to begin a message takes it longer. */
  private static final int LONG_BYTES = 512;

  /** The block of key stream from which the authenticator's key is taken. */
  private static final byte[] FIRST_BLOCK = new byte[64];

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final Cipher lengths;
  private final Cipher bodies;
  private final Authenticator ofShort = new Poly1305();
  private final Authenticator ofLong = Objects.requireNonNullElse(JdkPoly1305.create(), ofShort);
  private final byte[] nonce = new byte[NONCE_BYTES];
  private final byte[] keyStream = new byte[FIRST_BLOCK.length];
  private final byte[] tag = new byte[Authenticator.TAG_BYTES];

  /** A packet's length as it is sent. */
  private final byte[] length = new byte[LENGTH_BYTES];

  private @Nullable Mode mode;
  private @Nullable SecretKeySpec lengthKey;
  private @Nullable SecretKeySpec bodyKey;
  private int number;
  private int firstNumber;

  ChaCha20Poly1305() {
    try {
      lengths = Cipher.getInstance(ALGORITHM);
      bodies = Cipher.getInstance(ALGORITHM);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("the JDK has no " + ALGORITHM, missing);
    }
  }

  /**
   * @param key the one for bodies, then the one for lengths
   * @param iv the number of the first packet, in 8 bytes
   */
  @Override
  public void init(Mode newMode, byte[] key, byte[] iv) {
    mode = newMode;
    bodyKey = new SecretKeySpec(key, 0, KEY_BYTES, ALGORITHM);
    lengthKey = new SecretKeySpec(key, KEY_BYTES, KEY_BYTES, ALGORITHM);
    firstNumber = (int) INTS.get(iv, Integer.BYTES);
    number = firstNumber;
  }

  @Override
  public void updateAAD(byte[] data, int offset, int count) throws GeneralSecurityException {
    if (count != LENGTH_BYTES) {
      throw new IllegalArgumentException("a packet's length has four bytes");
    }
    boolean decrypts = mode == Mode.Decrypt;
    if (decrypts) {
      System.arraycopy(data, offset, length, 0, LENGTH_BYTES);
    }
    start(lengths, lengthKey);
    lengths.update(data, offset, LENGTH_BYTES, data, offset);
    if (!decrypts) {
      System.arraycopy(data, offset, length, 0, LENGTH_BYTES);
    }
  }

  /**
   * @throws AEADBadTagException nothing is decrypted then
   */
  @Override
  public void update(byte[] data, int offset, int count) throws GeneralSecurityException {
    start(bodies, bodyKey);
    bodies.update(FIRST_BLOCK, 0, FIRST_BLOCK.length, keyStream, 0);
    if (mode == Mode.Decrypt) {
      authenticate(data, offset, count);
      int end = offset + count;
      if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(data, end, end + tag.length))) {
        throw new AEADBadTagException("the packet was changed on its way");
      }
      bodies.update(data, offset, count, data, offset);
    } else {
      bodies.update(data, offset, count, data, offset);
      authenticate(data, offset, count);
      System.arraycopy(tag, 0, data, offset + count, tag.length);
    }
    number++;
    if (number == firstNumber) {
      throw new IllegalStateException("no packet may have the number of another under one key");
    }
  }

  private void start(Cipher cipher, @Nullable SecretKeySpec key) throws GeneralSecurityException {
    INTS.set(nonce, NONCE_BYTES - Integer.BYTES, number);
    cipher.init(Cipher.ENCRYPT_MODE, key, new ChaCha20ParameterSpec(nonce, 0));
  }

  private void authenticate(byte[] data, int offset, int count) {
    Authenticator authenticator = count < LONG_BYTES ? ofShort : ofLong;
    authenticator.init(keyStream);
    authenticator.update(length, 0, LENGTH_BYTES);
    authenticator.update(data, offset, count);
    authenticator.finish(tag);
  }

  @Override
  public String getAlgorithm() {
    return ALGORITHM;
  }

  @Override
  public String getTransformation() {
    return ALGORITHM;
  }

  @Override
  public int getKeySize() {
    return 2 * KEY_BYTES * Byte.SIZE;
  }

  @Override
  public int getIVSize() {
    return Long.BYTES;
  }

  @Override
  public int getAuthenticationTagSize() {
    return Authenticator.TAG_BYTES;
  }

  @Override
  public int getCipherBlockSize() {
    return 8;
  }

  @Override
  public int getKdfSize() {
    return 2 * KEY_BYTES;
  }

  @Override
  public String toString() {
    return "chacha20-poly1305@openssh.com";
  }
}
