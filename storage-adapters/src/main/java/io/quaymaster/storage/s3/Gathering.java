package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A part that is larger than memory: gathered on the server as an object of its own, out of small
 * parts, and then copied into the upload that it is for. So 10,000 parts are enough for the largest
 * object that S3 takes.
 *
 * <p>Threads: one at a time.
 */
final class Gathering {
  private final Bucket bucket;
  private final Multipart upload;
  private final SentParts parts = new SentParts();
  private final CRC32 crc = new CRC32();
  private boolean withTail;
  private long bytes;

  private Gathering(Bucket bucket, Multipart upload) {
    this.bucket = bucket;
    this.upload = upload;
  }

  /**
   * @param scratchPrefix of keys that no client sees
   */
  static Gathering begin(Bucket bucket, String scratchPrefix) throws FileFailure {
    String key = scratchPrefix + UUID.randomUUID();
    Map<String, String> madeBy = MadeBy.marked(Map.of(), MadeBy.fresh());
    boolean checksums = bucket.traits().checksums();
    return new Gathering(bucket, bucket.beginUpload(key, madeBy, null, checksums));
  }

  long bytes() {
    return bytes;
  }

  /** Whether it begins with the tail that is recorded. */
  boolean hasTail() {
    return withTail;
  }

  SentParts parts() {
    return parts;
  }

  void send(Payload payload, boolean tail, Runnable after) {
    withTail |= tail;
    bytes += payload.length();
    payload.pieces().forEach(piece -> crc.update(piece.duplicate()));
    parts.send(number -> bucket.uploadPart(upload, number, payload), after);
  }

  /** Makes the object. All parts have been sent. */
  ObjectInfo complete() throws FileFailure {
    parts.check();
    return bucket.complete(upload, parts.contiguous(), false);
  }

  /** Of all its bytes, as S3 writes it. */
  String crc32() {
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** Gives it up. */
  void abort() {
    bucket.abortOrLeave(upload.key(), upload.uploadId());
  }
}
