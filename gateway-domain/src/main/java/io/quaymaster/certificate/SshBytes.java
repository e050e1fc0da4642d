package io.quaymaster.certificate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the data types of RFC 4251 section 5, and never beyond the end. One thread. */
final class SshBytes {
  private final ByteBuffer rest;

  SshBytes(byte[] bytes) {
    this.rest = ByteBuffer.wrap(bytes);
  }

  boolean hasMore() {
    return rest.hasRemaining();
  }

  int position() {
    return rest.position();
  }

  /** All up to a position. */
  byte[] upTo(int end) {
    byte[] bytes = new byte[end];
    rest.get(0, bytes);
    return bytes;
  }

  int uint8() {
    need(1);
    return rest.get() & 0xff;
  }

  int int32() {
    need(Integer.BYTES);
    return rest.getInt();
  }

  /** Unsigned, in the bits of a long. */
  long uint64() {
    need(Long.BYTES);
    return rest.getLong();
  }

  byte[] string() {
    int length = int32();
    if (length < 0) {
      throw tooShort();
    }
    need(length);
    byte[] bytes = new byte[length];
    rest.get(bytes);
    return bytes;
  }

  /** Bytes as characters of the same number: what is compared must not change on its way. */
  String text() {
    return new String(string(), StandardCharsets.ISO_8859_1);
  }

  private void need(int bytes) {
    if (rest.remaining() < bytes) {
      throw tooShort();
    }
  }

  private static IllegalArgumentException tooShort() {
    return new IllegalArgumentException("is damaged: it ends too early");
  }
}
