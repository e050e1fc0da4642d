package io.quaymaster.ssh.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt, sections 2.1
 * and 2.2). Exactly the header is read, and not a byte of what follows.
 */
final class ProxyHeader {
  /** What a proxy sent is no header. The message is for the log. */
  static final class Malformed extends IOException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  /** Section 2.2: begins a header of version 2, and can begin nothing of version 1. */
  private static final byte[] SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  /** Section 2.1: with the line's end; version 2's fixed part is longer than the signature. */
  private static final int LONGEST_LINE = 107;

  private static final int FIXED_BYTES = SIGNATURE.length + 4;

  /** The specification's limit is 65535; certificates in TLVs are of no use to us. */
  private static final int MOST_BYTES = 4096;

  private static final int CRC32C_TYPE = 0x03;
  private static final int CRC32C_BYTES = 4;

  private static final Pattern LINE =
      Pattern.compile(
          "PROXY (TCP[46]) ([0-9A-Fa-f:.]{2,45}) ([0-9A-Fa-f:.]{2,45}) (0|[1-9]\\d{0,4})"
              + " (0|[1-9]\\d{0,4})\r\n");
  private static final Pattern V4 =
      Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");

  private ProxyHeader() {}

  /**
   * Reads a header.
   *
   * @return the client that the proxy speaks for; empty: the proxy itself (LOCAL, UNKNOWN)
   * @throws Malformed for anything else
   * @throws EOFException when the proxy leaves first
   */
  static Optional<InetSocketAddress> read(InputStream in) throws IOException {
    byte[] start = exactly(in, SIGNATURE.length);
    if (Arrays.equals(start, SIGNATURE)) {
      return binary(in);
    }
    if (!new String(start, StandardCharsets.ISO_8859_1).startsWith("PROXY ")) {
      throw new Malformed("no PROXY header");
    }
    return line(start, in);
  }

  private static byte[] exactly(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the connection ended in the PROXY header");
    }
    return bytes;
  }

  private static Optional<InetSocketAddress> line(byte[] start, InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(new String(start, StandardCharsets.ISO_8859_1));
    while (line.charAt(line.length() - 1) != '\n') {
      if (line.length() == LONGEST_LINE) {
        throw new Malformed("a PROXY line of more than " + LONGEST_LINE + " bytes");
      }
      line.append((char) (exactly(in, 1)[0] & 0xff));
    }
    String text = line.toString();
    if (text.equals("PROXY UNKNOWN\r\n")
        || (text.startsWith("PROXY UNKNOWN ") && text.endsWith("\r\n"))) {
      return Optional.empty();
    }
    Matcher parts = LINE.matcher(text);
    if (!parts.matches()) {
      throw new Malformed("a PROXY line that cannot be read");
    }
    boolean v4 = parts.group(1).equals("TCP4");
    address(parts.group(3), v4);
    port(parts.group(5));
    return Optional.of(new InetSocketAddress(address(parts.group(2), v4), port(parts.group(4))));
  }

  private static InetAddress address(String text, boolean v4) throws Malformed {
    try {
      if (v4 ? V4.matcher(text).matches() : text.indexOf(':') >= 0) {
        return InetAddress.ofLiteral(text);
      }
    } catch (IllegalArgumentException notAnAddress) {
      throw new Malformed("a PROXY line with an address that is none");
    }
    throw new Malformed("a PROXY line with an address of the other family");
  }

  private static int port(String text) throws Malformed {
    int port = Integer.parseInt(text);
    if (port > 0xffff) {
      throw new Malformed("a PROXY line with a port that is none");
    }
    return port;
  }

  private static Optional<InetSocketAddress> binary(InputStream in) throws IOException {
    ByteBuffer fixed = ByteBuffer.wrap(exactly(in, FIXED_BYTES - SIGNATURE.length));
    int versionAndCommand = fixed.get() & 0xff;
    int family = fixed.get() & 0xff;
    int length = fixed.getShort() & 0xffff;
    if (versionAndCommand >> 4 != 2 || (versionAndCommand & 0xf) > 1) {
      throw new Malformed("a PROXY header of an unknown version or command");
    }
    if (length > MOST_BYTES) {
      throw new Malformed("a PROXY header of more than " + MOST_BYTES + " bytes");
    }
    byte[] rest = exactly(in, length);
    boolean local = (versionAndCommand & 0xf) == 0;
    if (local || family == 0) {
      // The specification: the real endpoints count, and everything else is discarded.
      return Optional.empty();
    }
    int addressBytes =
        switch (family) {
          case 0x11 -> Integer.BYTES;
          case 0x21 -> 2 * Long.BYTES;
          default -> throw new Malformed("a PROXY header for something that is not TCP");
        };
    int tlvs = 2 * (addressBytes + Short.BYTES);
    if (length < tlvs) {
      throw new Malformed("a PROXY header that is too short for its addresses");
    }
    checkTlvs(fixed.array(), rest, tlvs);
    int port = ByteBuffer.wrap(rest).getShort(2 * addressBytes) & 0xffff;
    return Optional.of(
        new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOf(rest, addressBytes)), port));
  }

  /**
   * Section 2.2.4: type, length, value, up to the end; of their values only the checksum counts.
   */
  private static void checkTlvs(byte[] fixed, byte[] rest, int from) throws Malformed {
    ByteBuffer tlvs = ByteBuffer.wrap(rest).position(from);
    boolean checked = false;
    while (tlvs.hasRemaining()) {
      if (tlvs.remaining() < 3) {
        throw new Malformed("a PROXY header with a cut TLV");
      }
      int type = tlvs.get() & 0xff;
      int length = tlvs.getShort() & 0xffff;
      if (length > tlvs.remaining()) {
        throw new Malformed("a PROXY header with a TLV that is too long");
      }
      if (type == CRC32C_TYPE) {
        if (checked || length != CRC32C_BYTES) {
          throw new Malformed("a PROXY header with a checksum that is none");
        }
        checkCrc(fixed, rest, tlvs.position());
        checked = true;
      }
      tlvs.position(tlvs.position() + length);
    }
  }

  /** Of the whole header, the checksum itself taken as zero. */
  private static void checkCrc(byte[] fixed, byte[] rest, int at) throws Malformed {
    int told = ByteBuffer.wrap(rest).getInt(at);
    byte[] zeroed = rest.clone();
    Arrays.fill(zeroed, at, at + CRC32C_BYTES, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(SIGNATURE);
    crc.update(fixed);
    crc.update(zeroed);
    if ((int) crc.getValue() != told) {
      throw new Malformed("a PROXY header with a wrong checksum");
    }
  }
}
