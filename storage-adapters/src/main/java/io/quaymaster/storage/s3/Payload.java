package io.quaymaster.storage.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Bytes to send, which stay in memory until the server has them, so that they can be sent again.
 *
 * @param pieces each from its position to its limit; never changed
 */
record Payload(List<ByteBuffer> pieces, long length) implements UploadRecords.Tail {
  static final Payload EMPTY = new Payload(List.of(), 0);

  static Payload of(List<ByteBuffer> pieces) {
    long length = 0;
    for (ByteBuffer piece : pieces) {
      length += piece.remaining();
    }
    return new Payload(List.copyOf(pieces), length);
  }

  RequestBody body() {
    return length == 0
        ? RequestBody.empty()
        : RequestBody.fromContentProvider(this::stream, length, "application/octet-stream");
  }

  @Override
  public InputStream stream() {
    return new PiecesStream(pieces);
  }

  /** As S3 writes it: four bytes, big-endian, in Base64. */
  String crc32() {
    CRC32 crc = new CRC32();
    pieces.forEach(piece -> crc.update(piece.duplicate()));
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** As an ETag shows it, in hexadecimal. */
  String md5() {
    return HexFormat.of().formatHex(md5Bytes());
  }

  /** As {@code Content-MD5} has it, in Base64. */
  String contentMd5() {
    return Base64.getEncoder().encodeToString(md5Bytes());
  }

  private byte[] md5Bytes() {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      pieces.forEach(piece -> md5.update(piece.duplicate()));
      return md5.digest();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has MD5", impossible);
    }
  }
}
