package io.quaymaster.ssh;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The beginning of an SSH connection, byte by byte and in clear (RFC 4253, sections 4 to 8): for
 * what no client would send. Threads: one.
 */
final class RawHandshake implements AutoCloseable {
  static final int DISCONNECT = 1;
  static final int IGNORE = 2;
  static final int UNIMPLEMENTED = 3;
  static final int DEBUG = 4;
  static final int KEXINIT = 20;
  static final int NEWKEYS = 21;
  static final int ECDH_INIT = 30;
  static final int ECDH_REPLY = 31;

  /** What a client with a modern key exchange and nothing else offers. */
  static final List<String> MODERN =
      List.of(
          "curve25519-sha256",
          "ssh-ed25519",
          "aes128-gcm@openssh.com",
          "aes128-gcm@openssh.com",
          "",
          "",
          "none",
          "none",
          "",
          "");

  static final String STRICT = "kex-strict-c-v00@openssh.com";

  private static final int X25519_BYTES = 32;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private RawHandshake(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** Connects and reads the server's identification line. */
  static RawHandshake at(int port) throws IOException {
    return at(port, "127.0.0.1");
  }

  /**
   * @param from an address of the loopback network
   */
  static RawHandshake at(int port, String from) throws IOException {
    RawHandshake handshake =
        new RawHandshake(
            new Socket(InetAddress.ofLiteral("127.0.0.1"), port, InetAddress.ofLiteral(from), 0));
    int read = handshake.in.read();
    while (read != '\n' && read >= 0) {
      read = handshake.in.read();
    }
    return handshake;
  }

  RawHandshake says(String line) throws IOException {
    return sends((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  RawHandshake sends(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** A packet before encryption: RFC 4253, section 6. */
  RawHandshake packet(int type, byte[] content) throws IOException {
    int payload = 1 + content.length;
    int padding = 8 - (4 + 1 + payload) % 8 + 4;
    if ((4 + 1 + payload + padding) % 8 != 0) {
      padding += 8 - (4 + 1 + payload + padding) % 8;
    }
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    try (DataOutputStream to = new DataOutputStream(packet)) {
      to.writeInt(1 + payload + padding);
      to.writeByte(padding);
      to.writeByte(type);
      to.write(content);
      to.write(new byte[padding]);
    }
    return sends(packet.toByteArray());
  }

  /**
   * @param lists the ten of RFC 4253, section 7.1, in their order
   */
  RawHandshake kexInit(List<String> lists) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (DataOutputStream to = new DataOutputStream(content)) {
      to.write(new byte[16]);
      for (String list : lists) {
        to.writeInt(list.length());
        to.writeBytes(list);
      }
      to.writeBoolean(false);
      to.writeInt(0);
    }
    return packet(KEXINIT, content.toByteArray());
  }

  /** {@link #MODERN} with strict key exchange announced. */
  RawHandshake strictKexInit() throws IOException {
    List<String> lists = new ArrayList<>(MODERN);
    lists.set(0, lists.getFirst() + "," + STRICT);
    return kexInit(lists);
  }

  /** A client's share for curve25519-sha256 (RFC 8731, section 3). */
  RawHandshake ecdhInit() throws IOException {
    try {
      byte[] encoded =
          KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic().getEncoded();
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      try (DataOutputStream to = new DataOutputStream(content)) {
        to.writeInt(X25519_BYTES);
        to.write(encoded, encoded.length - X25519_BYTES, X25519_BYTES);
      }
      return packet(ECDH_INIT, content.toByteArray());
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException(never);
    }
  }

  /** The next packet's payload; empty at the end of the connection. */
  byte[] read() throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (IOException ended) {
      return new byte[0];
    }
    byte[] packet = in.readNBytes(length);
    return Arrays.copyOfRange(packet, 1, packet.length - packet[0]);
  }

  /** The types of the packets that come until one of this type has come, or none comes any more. */
  List<Integer> readUntil(int type) throws IOException {
    List<Integer> types = new ArrayList<>();
    while (types.isEmpty() || types.getLast() != type) {
      byte[] payload = read();
      if (payload.length == 0) {
        return types;
      }
      types.add((int) payload[0]);
    }
    return types;
  }

  /** Takes everything until the server closes the connection. */
  void untilClosed() throws IOException {
    try {
      in.readAllBytes();
    } catch (SocketException reset) {
      // Closed, with something of ours unread.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
