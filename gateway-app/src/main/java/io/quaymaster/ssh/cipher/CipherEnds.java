package io.quaymaster.ssh.cipher;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.cipher.Cipher.Mode;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of one direction of a connection, as far as its ciphers go: one seals packets, the
 * other opens them. The keys mean nothing. One thread.
 */
final class CipherEnds {
  private static final int LENGTH_BYTES = 4;

  private final Cipher out;
  private final Cipher in;
  private final @Nullable Mac mac;
  private final byte[] received;

  /**
   * @param macType of packets as they are sent; none if the cipher has its own
   */
  CipherEnds(BuiltinCiphers cipherType, @Nullable BuiltinMacs macType) throws Exception {
    Random random = new Random();
    byte[] key = new byte[cipherType.getKdfSize()];
    byte[] iv = new byte[cipherType.getIVSize()];
    random.nextBytes(key);
    out = FastCiphers.of(cipherType).create();
    in = FastCiphers.of(cipherType).create();
    out.init(Mode.Encrypt, key.clone(), iv.clone());
    in.init(Mode.Decrypt, key.clone(), iv.clone());
    if (macType == null) {
      mac = null;
      received = new byte[0];
    } else {
      mac = macType.create();
      byte[] macKey = new byte[mac.getBlockSize()];
      random.nextBytes(macKey);
      mac.init(macKey);
      received = new byte[mac.getBlockSize()];
    }
  }

  /** What of the cipher or the MAC comes after a packet. */
  int tagBytes() {
    return mac == null ? out.getAuthenticationTagSize() : mac.getBlockSize();
  }

  /**
   * Encrypts a packet where it lies: its length, what it says, and room for the tag.
   *
   * @param bytes of what it says
   */
  void seal(byte[] packet, int number, int bytes) throws Exception {
    if (out.getAuthenticationTagSize() > 0) {
      out.updateAAD(packet, 0, LENGTH_BYTES);
    }
    out.update(packet, LENGTH_BYTES, bytes);
    if (mac != null) {
      authenticate(mac, packet, number, bytes);
      System.arraycopy(received, 0, packet, LENGTH_BYTES + bytes, received.length);
    }
  }

  /**
   * Decrypts it there.
   *
   * @throws GeneralSecurityException it is not what was sealed
   */
  void open(byte[] packet, int number, int bytes) throws Exception {
    if (mac != null) {
      authenticate(mac, packet, number, bytes);
      int end = LENGTH_BYTES + bytes;
      if (!Arrays.equals(received, 0, received.length, packet, end, end + received.length)) {
        throw new GeneralSecurityException("another MAC");
      }
    }
    if (in.getAuthenticationTagSize() > 0) {
      in.updateAAD(packet, 0, LENGTH_BYTES);
    }
    in.update(packet, LENGTH_BYTES, bytes);
  }

  private void authenticate(Mac by, byte[] packet, int number, int bytes) throws Exception {
    by.updateUInt(number);
    by.update(packet, 0, LENGTH_BYTES + bytes);
    by.doFinal(received, 0);
  }
}
