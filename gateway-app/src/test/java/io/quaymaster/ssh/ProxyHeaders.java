package io.quaymaster.ssh;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes headers of version 2, right and wrong ones (proxy-protocol.txt, section 2.2). */
public final class ProxyHeaders {
  private static final byte[] SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  private final int command;
  private final int family;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int extraLength;
  private boolean crc;

  public ProxyHeaders(int command, int family) {
    this.command = command;
    this.family = family;
  }

  public static ProxyHeaders local() {
    return new ProxyHeaders(0x20, 0);
  }

  public static ProxyHeaders tcp4(String source, int port) {
    return new ProxyHeaders(0x21, 0x11).addresses(source, "192.0.2.1", port);
  }

  public static ProxyHeaders tcp6(String source, int port) {
    return new ProxyHeaders(0x21, 0x21).addresses(source, "2001:db8::1", port);
  }

  private ProxyHeaders addresses(String source, String target, int port) {
    body.writeBytes(InetAddress.ofLiteral(source).getAddress());
    body.writeBytes(InetAddress.ofLiteral(target).getAddress());
    body.writeBytes(ByteBuffer.allocate(4).putShort((short) port).putShort((short) 22).array());
    return this;
  }

  public ProxyHeaders raw(byte[] bytes) {
    body.writeBytes(bytes);
    return this;
  }

  public ProxyHeaders tlv(int type, byte[] value) {
    body.write(type);
    body.write(value.length >> 8);
    body.write(value.length);
    body.writeBytes(value);
    return this;
  }

  /** With a right checksum at the end. */
  public ProxyHeaders withCrc() {
    crc = true;
    return tlv(3, new byte[4]);
  }

  /** Says that it is longer than it is. */
  public ProxyHeaders longerBy(int bytes) {
    extraLength = bytes;
    return this;
  }

  public byte[] bytes() {
    byte[] rest = body.toByteArray();
    ByteBuffer all = ByteBuffer.allocate(SIGNATURE.length + 4 + rest.length);
    all.put(SIGNATURE).put((byte) command).put((byte) family);
    all.putShort((short) (rest.length + extraLength)).put(rest);
    if (crc) {
      CRC32C sum = new CRC32C();
      sum.update(all.array());
      all.putInt(all.capacity() - 4, (int) sum.getValue());
    }
    return all.array();
  }
}
