package io.quaymaster.ssh.cipher;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ours and the JDK's: the RFC's vectors, and its arithmetic in numbers of any size. */
class Poly1305Test {
  private static final BigInteger MODULUS = BigInteger.TWO.pow(130).subtract(BigInteger.valueOf(5));
  private static final BigInteger CLAMP = new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16);

  private static byte[] tag(byte[] key, byte[]... pieces) {
    byte[] ours = tag(new Poly1305(), key, pieces);
    assertThat(tag(Objects.requireNonNull(JdkPoly1305.create()), key, pieces)).isEqualTo(ours);
    return ours;
  }

  private static byte[] tag(Authenticator authenticator, byte[] key, byte[]... pieces) {
    authenticator.init(key);
    for (byte[] piece : pieces) {
      authenticator.update(piece, 0, piece.length);
    }
    byte[] tag = new byte[Authenticator.TAG_BYTES];
    authenticator.finish(tag);
    return tag;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  /** RFC 8439, section 2.5.2. */
  @Test
  void theRfcsExample() {
    byte[] key = hex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
    byte[] message = "Cryptographic Forum Research Group".getBytes(StandardCharsets.US_ASCII);
    assertThat(tag(key, message)).isEqualTo(hex("a8061dc1305136c6c22b8baf0c0127a9"));
  }

  /** RFC 8439, appendix A.3, vectors 7 to 11: sums at the edge of the modulus. */
  @ParameterizedTest
  @CsvSource({
    "02,00,ffffffffffffffffffffffffffffffff,03",
    "02,ffffffffffffffffffffffffffffffff,02000000000000000000000000000000,03",
    "01,00,fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000,05",
    "01,00,fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101,00",
    "02,00,fdffffffffffffffffffffffffffffff,faffffffffffffffffffffffffffffff",
  })
  void theRfcsEdges(String r, String s, String message, String tag) {
    byte[] key = new byte[Authenticator.KEY_BYTES];
    System.arraycopy(hex(r), 0, key, 0, hex(r).length);
    System.arraycopy(hex(s), 0, key, 16, hex(s).length);
    assertThat(tag(key, hex(message))).isEqualTo(Arrays.copyOf(hex(tag), Authenticator.TAG_BYTES));
  }

  @Test
  void anyMessageInAnyPieces() {
    agrees(IntStream.range(0, 200));
  }

  /** As long as packets are, and around that. */
  @Test
  void aLongMessage() {
    agrees(
        IntStream.of(1023, 1024, 1025, 1039, 1040, 1055, 2048, 3071, 3072, 4111, 32_768, 35_000));
  }

  private static void agrees(IntStream lengths) {
    Random random = new Random(1305);
    for (int length : lengths.toArray()) {
      byte[] key = new byte[Authenticator.KEY_BYTES];
      random.nextBytes(key);
      byte[] message = new byte[length];
      random.nextBytes(message);
      if (length % 3 == 0) {
        Arrays.fill(message, (byte) 0xff);
        Arrays.fill(key, 0, 16, (byte) 0xff);
      }
      int cut = random.nextInt(length + 1);
      int again = random.nextInt(cut, length + 1);
      assertThat(
              tag(
                  key,
                  Arrays.copyOf(message, cut),
                  Arrays.copyOfRange(message, cut, again),
                  Arrays.copyOfRange(message, again, length)))
          .as("%d bytes, cut at %d and %d", length, cut, again)
          .isEqualTo(slowly(key, message));
    }
  }

  private static byte[] slowly(byte[] key, byte[] message) {
    BigInteger r = number(Arrays.copyOf(key, 16)).and(CLAMP);
    BigInteger sum = BigInteger.ZERO;
    for (int at = 0; at < message.length; at += 16) {
      byte[] block = Arrays.copyOfRange(message, at, Math.min(at + 16, message.length));
      byte[] marked = Arrays.copyOf(block, block.length + 1);
      marked[block.length] = 1;
      sum = sum.add(number(marked)).multiply(r).mod(MODULUS);
    }
    byte[] big = sum.add(number(Arrays.copyOfRange(key, 16, 32))).toByteArray();
    byte[] tag = new byte[Authenticator.TAG_BYTES];
    for (int i = 0; i < Math.min(big.length, tag.length); i++) {
      tag[i] = big[big.length - 1 - i];
    }
    return tag;
  }

  private static BigInteger number(byte[] littleEndian) {
    byte[] big = new byte[littleEndian.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = littleEndian[big.length - 1 - i];
    }
    return new BigInteger(1, big);
  }
}
