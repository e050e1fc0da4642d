package io.quaymaster.ssh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.ssh.ProxyHeaders;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
  private static final byte[] AFTER = "SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII);

  /** What is read, and that not a byte of what follows is. */
  private static Optional<String> read(byte[] header) throws IOException {
    byte[] all = new byte[header.length + AFTER.length];
    System.arraycopy(header, 0, all, 0, header.length);
    System.arraycopy(AFTER, 0, all, header.length, AFTER.length);
    ByteArrayInputStream in = new ByteArrayInputStream(all);
    Optional<InetSocketAddress> source = ProxyHeader.read(in);
    assertThat(in.readAllBytes()).isEqualTo(AFTER);
    return source.map(s -> s.getAddress().getHostAddress() + " " + s.getPort());
  }

  private static Optional<String> read(String line) throws IOException {
    return read((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void isMalformed(byte[] header) {
    assertThatThrownBy(() -> ProxyHeader.read(new ByteArrayInputStream(header)))
        .isInstanceOf(ProxyHeader.Malformed.class);
  }

  @Test
  void linesOfVersion1() throws IOException {
    assertThat(read("PROXY TCP4 203.0.113.7 192.0.2.1 56324 22")).hasValue("203.0.113.7 56324");
    assertThat(read("PROXY TCP6 2001:db8::7 2001:db8::1 0 65535"))
        .hasValue("2001:db8:0:0:0:0:0:7 0");
    assertThat(read("PROXY TCP6 ::ffff:203.0.113.7 ::1 1 1"))
        .as("mapped")
        .hasValue("203.0.113.7 1");
    assertThat(read("PROXY UNKNOWN")).isEmpty();
    assertThat(read("PROXY UNKNOWN ffff:f::f ffff:f::f 65535 65535")).isEmpty();
    assertThat(
            read(
                "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                    + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"))
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 203.0.113.7 192.0.2.1 56324 65536",
        "PROXY TCP4 203.0.113.7 192.0.2.1 056324 22",
        "PROXY TCP4 203.0.113.007 192.0.2.1 1 2",
        "PROXY TCP4 203.0.113.256 192.0.2.1 1 2",
        "PROXY TCP4 2001:db8::7 2001:db8::1 1 2",
        "PROXY TCP6 203.0.113.7 192.0.2.1 1 2",
        "PROXY TCP6 :::: ::1 1 2",
        "PROXY TCP4 203.0.113.7  192.0.2.1 1 2",
        "PROXY TCP4 203.0.113.7 192.0.2.1 1 2 ",
        "PROXY TCP4 203.0.113.7 192.0.2.1 -1 2",
        "PROXY UDP4 203.0.113.7 192.0.2.1 1 2",
        "PROXY  TCP4 203.0.113.7 192.0.2.1 1 2",
        "PROXY UNKNOWNN 1",
        "proxy TCP4 203.0.113.7 192.0.2.1 1 2",
        "PROXY TCP4 localhost 192.0.2.1 1 2",
        "SSH-2.0-OpenSSH_9.2"
      })
  void anythingElseIsMalformed(String line) {
    isMalformed((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aLineHasALimitAndAnEnd() {
    isMalformed("PROXY UNKNOWN ".repeat(20).getBytes(StandardCharsets.US_ASCII));
    isMalformed("PROXY TCP4 203.0.113.7 192.0.2.1 1 2\n".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(
            () ->
                ProxyHeader.read(
                    new ByteArrayInputStream(
                        "PROXY TCP4 203.".getBytes(StandardCharsets.US_ASCII))))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void headersOfVersion2() throws IOException {
    assertThat(read(ProxyHeaders.tcp4("203.0.113.7", 50_000).bytes()))
        .hasValue("203.0.113.7 50000");
    assertThat(read(ProxyHeaders.tcp6("2001:db8::7", 1).bytes()))
        .hasValue("2001:db8:0:0:0:0:0:7 1");
    assertThat(read(ProxyHeaders.local().bytes())).isEmpty();
    assertThat(read(ProxyHeaders.local().raw(new byte[100]).bytes())).isEmpty();
    assertThat(read(new ProxyHeaders(0x21, 0).raw(new byte[5]).bytes())).as("UNSPEC").isEmpty();
    assertThat(
            read(
                ProxyHeaders.tcp4("203.0.113.7", 1)
                    .tlv(0xea, "vpce-1".getBytes(StandardCharsets.US_ASCII))
                    .tlv(4, new byte[300])
                    .withCrc()
                    .bytes()))
        .hasValue("203.0.113.7 1");
  }

  @Test
  void everyWrongHeaderOfVersion2IsMalformed() {
    isMalformed(new ProxyHeaders(0x11, 0x11).raw(new byte[12]).bytes());
    isMalformed(new ProxyHeaders(0x22, 0x11).raw(new byte[12]).bytes());
    isMalformed(new ProxyHeaders(0x21, 0x12).raw(new byte[12]).bytes());
    isMalformed(new ProxyHeaders(0x21, 0x31).raw(new byte[216]).bytes());
    isMalformed(new ProxyHeaders(0x21, 0x11).raw(new byte[11]).bytes());
    isMalformed(new ProxyHeaders(0x21, 0x21).raw(new byte[35]).bytes());
    isMalformed(ProxyHeaders.tcp4("203.0.113.7", 1).raw(new byte[2]).bytes());
    isMalformed(ProxyHeaders.tcp4("203.0.113.7", 1).raw(new byte[] {4, 0, 9, 1}).bytes());
    isMalformed(ProxyHeaders.tcp4("203.0.113.7", 1).tlv(4, new byte[5_000]).bytes());
    isMalformed(ProxyHeaders.tcp4("203.0.113.7", 1).tlv(3, new byte[4]).bytes());
    isMalformed(ProxyHeaders.tcp4("203.0.113.7", 1).tlv(3, new byte[5]).bytes());
    assertThatThrownBy(
            () ->
                ProxyHeader.read(
                    new ByteArrayInputStream(
                        ProxyHeaders.tcp4("203.0.113.7", 1).longerBy(1).bytes())))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void aFlippedBitUnderAChecksumIsSeen() {
    for (int bit = 12 * 8; bit < (16 + 12 + 7) * 8; bit++) {
      byte[] header = ProxyHeaders.tcp4("203.0.113.7", 1).withCrc().bytes();
      header[bit / 8] ^= (byte) (1 << bit % 8);
      byte[] flipped = header;
      // Two flips make another command (LOCAL) or family (UNSPEC), of which nothing counts.
      if ((flipped[12] & 0xff) != 0x20 && flipped[13] != 0) {
        int type = bit / 8 == 16 + 12 ? bit : -1;
        // A TLV that is no checksum any more is skipped: there is nothing to check then.
        if (type < 0) {
          assertThatThrownBy(() -> ProxyHeader.read(new ByteArrayInputStream(flipped)))
              .as("bit " + bit)
              .isInstanceOf(IOException.class);
        }
      }
    }
  }

  @Test
  void noBytesDoAnythingButEndIt() {
    for (long seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] header =
          ProxyHeaders.tcp4("203.0.113.7", 1).tlv(4, new byte[random.nextInt(20)]).bytes();
      for (int i = random.nextInt(5); i >= 0; i--) {
        header[12 + random.nextInt(header.length - 12)] = (byte) random.nextInt();
      }
      try {
        ProxyHeader.read(new ByteArrayInputStream(header));
      } catch (IOException refused) {
        assertThat(refused)
            .as("seed " + seed)
            .isInstanceOfAny(ProxyHeader.Malformed.class, EOFException.class);
      }
    }
  }
}
