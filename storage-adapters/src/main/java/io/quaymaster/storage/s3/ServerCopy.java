package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.Map;

/** Copies that the server makes, of objects of any length. */
final class ServerCopy {
  private static final int AT_ONCE = 4;

  private final Bucket bucket;
  private final Step check;

  ServerCopy(Bucket bucket) {
    this(bucket, Step.NONE);
  }

  /**
   * @param check asked right before the copy is there
   */
  ServerCopy(Bucket bucket, Step check) {
    this.bucket = bucket;
    this.check = check;
  }

  /**
   * Copies an object to another key.
   *
   * @param keep whether an object that is there stays: surely where the server has a condition for
   *     it, else as far as looking first can tell
   * @throws FileFailure EXISTS
   */
  void copy(ObjectInfo source, String key, Map<String, String> metadata, boolean keep)
      throws FileFailure {
    S3Traits traits = bucket.traits();
    if (keep && bucket.head(key).isPresent()) {
      throw S3Failures.taken(null);
    }
    boolean unsure = keep && !traits.conditionalCopy();
    if (unsure && source.sizeBytes() == 0 && traits.conditionalPut()) {
      // There is no part of no bytes.
      check.run();
      bucket.put(key, metadata, Payload.EMPTY, true);
      bucket.requireUnchanged(source);
    } else if (source.sizeBytes() > Bucket.MAX_COPY
        || (unsure && traits.conditionalComplete() && source.sizeBytes() > 0)) {
      copyInParts(source, key, metadata, keep && traits.conditionalComplete());
    } else {
      check.run();
      bucket.copy(source, key, metadata, keep && traits.conditionalCopy());
      if (!source.key().equals(key)) {
        bucket.requireUnchanged(source);
      }
    }
  }

  private void copyInParts(
      ObjectInfo source, String key, Map<String, String> metadata, boolean keep)
      throws FileFailure {
    Multipart upload = bucket.beginUpload(key, metadata, source, false);
    SentParts parts = new SentParts();
    try {
      CopySource whole = new CopySource(source, 0, source.sizeBytes());
      for (CopySource piece : whole.pieces(CopySource.PART)) {
        parts.awaitFewerThan(AT_ONCE);
        parts.check();
        parts.send(number -> bucket.copyPart(piece, upload, number), () -> {});
      }
      parts.awaitFewerThan(1);
      parts.check();
      bucket.requireUnchanged(source);
      check.run();
      bucket.complete(upload, parts.contiguous(), keep);
    } catch (FileFailure failed) {
      giveUp(upload, parts, failed);
      throw failed;
    }
  }

  /** What cannot be aborted now, a sweep will. */
  private void giveUp(Multipart upload, SentParts parts, FileFailure why) {
    try {
      parts.awaitFewerThan(1);
      bucket.abort(upload.key(), upload.uploadId());
    } catch (FileFailure again) {
      why.addSuppressed(again);
    }
  }

  /** Changes an object's attributes, which is to copy it onto itself. */
  void describe(String key, AttributeChange change) throws FileFailure {
    ObjectInfo object =
        bucket.head(key).orElseThrow(() -> new FileFailure(Kind.NOT_FOUND, "no such file"));
    describe(object, change, FileAttributes.Type.FILE);
  }

  void describe(ObjectInfo object, AttributeChange change, FileAttributes.Type type)
      throws FileFailure {
    if (!change.isNone()) {
      copy(object, object.key(), object.metadataWith(change, type), false);
    }
  }
}
