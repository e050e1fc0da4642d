package io.quaymaster.ssh.cipher;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.jspecify.annotations.Nullable;

/**
 * Tries the ciphers before a connection comes: what one end encrypts, the other must make the same
 * bytes of, and what was changed on its way must be refused.
 *
 * <p>A few packets show whether that is so. Many of them, which {@link #warmUp} sends when the
 * process has started, make the JDK compile that code as well: before that it is a hundred times
 * slower, and the first transfer of a process would pay for it.
 */
public final class CipherSelfTest {
  private static final int PACKET_BYTES = 512;
  private static final int LENGTH_BYTES = 4;
  private static final int PACKETS = 8;

  /**
   * The JDK compiles well what was called 5000 times, and what calls that then later
   * (Tier4InvocationThreshold).
   */
  private static final int WARM_UP_PACKETS = 20_000;

  /**
   * @param mac of a packet as it is sent; none if the cipher has its own
   */
  record Suite(BuiltinCiphers cipher, @Nullable BuiltinMacs mac) {}

  /** One of each kind of code. */
  private static final List<Suite> KINDS =
      List.of(
          new Suite(BuiltinCiphers.cc20p1305_openssh, null),
          new Suite(BuiltinCiphers.aes128gcm, null),
          new Suite(BuiltinCiphers.aes128ctr, BuiltinMacs.hmacsha256etm));

  private static final List<Suite> OTHER_LENGTHS =
      List.of(
          new Suite(BuiltinCiphers.aes256gcm, null),
          new Suite(BuiltinCiphers.aes192ctr, BuiltinMacs.hmacsha512etm),
          new Suite(BuiltinCiphers.aes256ctr, BuiltinMacs.hmacsha512etm));

  private CipherSelfTest() {}

  /**
   * Tries each cipher.
   *
   * @throws IllegalStateException one does not do what it must
   */
  public static void run() {
    KINDS.forEach(suite -> check(suite, PACKETS));
    OTHER_LENGTHS.forEach(suite -> check(suite, PACKETS));
  }

  /** Begins on a thread of its own, and does not wait; takes about a second of one processor. */
  public static void warmUp() {
    Thread.ofPlatform()
        .name("cipher-warm-up")
        .daemon()
        .start(() -> KINDS.forEach(suite -> check(suite, WARM_UP_PACKETS)));
  }

  static void check(Suite suite, int packets) {
    try {
      exchange(suite, packets);
    } catch (Exception broken) {
      throw new IllegalStateException("The self-test of %s failed.".formatted(suite), broken);
    }
  }

  private static void exchange(Suite suite, int packets) throws Exception {
    CipherEnds ends = new CipherEnds(suite.cipher(), suite.mac());
    byte[] plain = new byte[LENGTH_BYTES + PACKET_BYTES + ends.tagBytes()];
    byte[] packet = plain.clone();
    for (int number = 0; number < packets; number++) {
      ends.seal(packet, number, PACKET_BYTES);
      if (saysTheSame(packet, plain)) {
        throw new GeneralSecurityException("It leaves packets as they are.");
      }
      ends.open(packet, number, PACKET_BYTES);
      if (!saysTheSame(packet, plain)) {
        throw new GeneralSecurityException("It does not decrypt what it encrypts.");
      }
    }
    ends.seal(packet, packets, PACKET_BYTES);
    packet[LENGTH_BYTES] ^= 1;
    if (!isRefused(ends, packet, packets)) {
      throw new GeneralSecurityException("It takes a packet that was changed.");
    }
  }

  private static boolean saysTheSame(byte[] one, byte[] other) {
    int end = LENGTH_BYTES + PACKET_BYTES;
    return Arrays.equals(one, LENGTH_BYTES, end, other, LENGTH_BYTES, end);
  }

  private static boolean isRefused(CipherEnds ends, byte[] packet, int number) throws Exception {
    try {
      ends.open(packet, number, PACKET_BYTES);
      return false;
    } catch (GeneralSecurityException refused) {
      return true;
    }
  }
}
