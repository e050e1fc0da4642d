package io.quaymaster.ssh.sftp;

import java.nio.charset.StandardCharsets;

/** Reads the body of one request that lies in memory. Checks every length against what is there. */
final class RequestReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  RequestReader(byte[] bytes, int length) {
    this.bytes = bytes;
    this.end = length;
  }

  int remaining() {
    return end - at;
  }

  private void need(long count) throws MalformedMessage {
    if (count > end - at) {
      throw new MalformedMessage(
          "the message ends %d bytes too early".formatted(count - (end - at)));
    }
  }

  long uint32() throws MalformedMessage {
    need(4);
    long value =
        (bytes[at] & 0xffL) << 24
            | (bytes[at + 1] & 0xffL) << 16
            | (bytes[at + 2] & 0xffL) << 8
            | (bytes[at + 3] & 0xffL);
    at += 4;
    return value;
  }

  /** 64 bits; negative for values of 2^63 and more, which no file has. */
  long uint64() throws MalformedMessage {
    return uint32() << 32 | uint32();
  }

  /** A string as byte text: one character for each byte. */
  String string() throws MalformedMessage {
    long length = uint32();
    need(length);
    String text = new String(bytes, at, (int) length, StandardCharsets.ISO_8859_1);
    at += (int) length;
    return text;
  }

  RequestReader nested() throws MalformedMessage {
    byte[] inner = string().getBytes(StandardCharsets.ISO_8859_1);
    return new RequestReader(inner, inner.length);
  }
}
