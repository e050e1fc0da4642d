package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Reads bytes of an object, all that are asked for or none. What is read into a Java array needs no
 * memory beside it; what goes elsewhere passes through a few kilobytes.
 */
final class Ranges {
  private static final int TRIES = 4;
  private static final int PASSAGE = 64 << 10;

  private Ranges() {}

  /**
   * Fills a buffer. What a broken connection left out is asked for again.
   *
   * @param offset so that the object has enough bytes
   */
  static void read(Bucket bucket, ObjectInfo object, long offset, ByteBuffer into)
      throws FileFailure {
    read(bucket, object, offset, List.of(into));
  }

  /** Fills buffers, one behind the other. */
  static void read(Bucket bucket, ObjectInfo object, long offset, List<ByteBuffer> into)
      throws FileFailure {
    into.forEach(ByteBuffer::mark);
    long wanted = remaining(into);
    long left = wanted;
    IOException last = null;
    for (int attempt = 0; attempt < TRIES && left > 0; attempt++) {
      try (InputStream body = bucket.get(object, offset + wanted - left, left)) {
        fill(body, into);
      } catch (IOException broken) {
        last = broken;
        if (wanted == object.sizeBytes()) {
          // Only of a whole object is there a checksum.
          into.forEach(ByteBuffer::reset);
        }
      } catch (SdkException wrong) {
        into.forEach(ByteBuffer::reset);
        throw bucket.broken(wrong);
      }
      left = remaining(into);
    }
    if (left > 0) {
      throw new FileFailure(Kind.STORE_ERROR, "the store broke off in the middle of a file", last);
    }
  }

  private static long remaining(List<ByteBuffer> buffers) {
    return buffers.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  private static void fill(InputStream body, List<ByteBuffer> into) throws IOException {
    boolean straight = into.stream().allMatch(ByteBuffer::hasArray);
    byte[] passage = new byte[straight ? 0 : (int) Math.min(remaining(into), PASSAGE)];
    for (ByteBuffer each : into) {
      while (each.hasRemaining()) {
        int read = straight ? read(body, each) : read(body, passage, each);
        if (read < 0) {
          return;
        }
      }
    }
    toTheEnd(body);
  }

  private static int read(InputStream body, ByteBuffer into) throws IOException {
    int at = into.arrayOffset() + into.position();
    int read = body.read(into.array(), at, into.remaining());
    into.position(into.position() + Math.max(0, read));
    return read;
  }

  private static int read(InputStream body, byte[] passage, ByteBuffer into) throws IOException {
    int read = body.read(passage, 0, Math.min(passage.length, into.remaining()));
    into.put(passage, 0, Math.max(0, read));
    return read;
  }

  /** Where a body ends its checksum is compared, and its connection is free again. */
  static void toTheEnd(InputStream body) throws IOException {
    if (body.read() >= 0) {
      throw new IOException("more came than was asked for");
    }
  }
}
