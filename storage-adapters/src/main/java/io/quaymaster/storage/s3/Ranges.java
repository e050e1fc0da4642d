package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import software.amazon.awssdk.core.exception.SdkException;

/** Reads bytes of an object, all that are asked for or none. */
final class Ranges {
  private static final int TRIES = 4;

  private Ranges() {}

  /**
   * Fills a buffer. What a broken connection left out is asked for again.
   *
   * @param offset so that the object has enough bytes
   */
  static void read(Bucket bucket, ObjectInfo object, long offset, ByteBuffer into)
      throws FileFailure {
    int start = into.position();
    IOException last = null;
    for (int attempt = 0; attempt < TRIES && into.hasRemaining(); attempt++) {
      long from = offset + into.position() - start;
      try (InputStream body = bucket.get(object, from, into.remaining())) {
        fill(body, into);
      } catch (IOException broken) {
        last = broken;
        if (into.position() - start + into.remaining() == object.sizeBytes()) {
          // Only of a whole object is there a checksum.
          into.position(start);
        }
      } catch (SdkException wrong) {
        into.position(start);
        throw S3Failures.ofBody(wrong);
      }
    }
    if (into.hasRemaining()) {
      throw new FileFailure(Kind.STORE_ERROR, "the store broke off in the middle of a file", last);
    }
  }

  private static void fill(InputStream body, ByteBuffer into) throws IOException {
    byte[] piece = new byte[Math.clamp(into.remaining(), 1, 64 << 10)];
    while (into.hasRemaining()) {
      int read = body.read(piece, 0, Math.min(piece.length, into.remaining()));
      if (read < 0) {
        return;
      }
      into.put(piece, 0, read);
    }
    toTheEnd(body);
  }

  /** Where a body ends its checksum is compared, and its connection is free again. */
  static void toTheEnd(InputStream body) throws IOException {
    if (body.read() >= 0) {
      throw new IOException("more came than was asked for");
    }
  }
}
