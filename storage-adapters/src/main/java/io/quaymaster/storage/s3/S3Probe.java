package io.quaymaster.storage.s3;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.storage.s3.UploadRecords.Part;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Tries a store out with objects of its own, which it removes again. One thread. */
final class S3Probe {
  private static final Map<String, String> METADATA =
      ObjectInfo.metadata(0640, null, FileAttributes.Type.FILE);

  private final Function<S3Settings, Bucket> opening;
  private final S3Settings settings;
  private final String key;
  private boolean written;

  S3Probe(Function<S3Settings, Bucket> opening, S3Settings settings) {
    this.opening = opening;
    this.settings = settings;
    this.key = settings.prefix() + ".quaymaster-probe-" + UUID.randomUUID();
  }

  /** Something that is tried. */
  @FunctionalInterface
  private interface Trial {
    void run() throws FileFailure;
  }

  S3Traits run() throws S3Unusable {
    S3Traits hoped = settings.traits();
    S3Settings usable =
        hoped.checksums() && !takesChecksums()
            ? settings.with(
                new S3Traits(
                    false,
                    hoped.conditionalPut(),
                    hoped.conditionalComplete(),
                    hoped.conditionalCopy(),
                    hoped.exactListings()))
            : settings;
    try (Bucket bucket = open(usable)) {
      try {
        tryOut(bucket);
        return traits(bucket, usable.traits());
      } catch (S3Unusable failed) {
        tidy(bucket, failed);
        throw failed;
      }
    }
  }

  /** Leaves nothing behind, as far as it may delete. */
  private void tidy(Bucket bucket, S3Unusable failed) {
    if (written) {
      try {
        bucket.delete(key);
      } catch (FileFailure again) {
        failed.addSuppressed(again);
      }
    }
  }

  private Bucket open(S3Settings candidate) throws S3Unusable {
    try {
      return opening.apply(candidate);
    } catch (SdkException wrong) {
      throw new S3Unusable("The settings make no S3 client: " + sentence(wrong), wrong);
    }
  }

  /** If a server refuses, the trial without them says whether anything else is wrong. */
  private boolean takesChecksums() throws S3Unusable {
    try (Bucket bucket = open(settings)) {
      write(bucket);
      inParts(bucket, false);
      return true;
    } catch (FileFailure refused) {
      if (refused.getCause() instanceof AwsServiceException) {
        return false;
      }
      throw unusable("write to", refused);
    }
  }

  private void write(Bucket bucket) throws FileFailure {
    bucket.put(key, METADATA, payload("probe"), false);
    written = true;
  }

  private void tryOut(Bucket bucket) throws S3Unusable {
    step("write to", () -> write(bucket));
    step("read from", () -> readBack(bucket));
    step("list", () -> listed(bucket));
    step("upload in parts to", () -> inParts(bucket, false));
    step("list uploads of", () -> bucket.uploads(key, null, null));
    step("copy within", () -> copied(bucket));
    step("delete from", () -> deleted(bucket));
  }

  private void step(String what, Trial trial) throws S3Unusable {
    try {
      trial.run();
    } catch (FileFailure failed) {
      throw unusable(what, failed);
    }
  }

  private S3Unusable unusable(String what, FileFailure failed) {
    return new S3Unusable(
        "The gateway cannot %s the bucket \"%s\" under the prefix \"%s\": %s."
            .formatted(what, settings.bucket(), settings.prefix(), sentence(failed)),
        failed);
  }

  /** Our words, and what the server itself said if it said anything. */
  private static String sentence(Throwable failure) {
    return failure.getCause() instanceof SdkException said
        ? failure.getMessage() + " (" + said.getMessage() + ")"
        : String.valueOf(failure.getMessage());
  }

  private void readBack(Bucket bucket) throws FileFailure {
    Optional<ObjectInfo> object = bucket.head(key);
    if (object.isEmpty()) {
      throw new FileFailure(Kind.STORE_ERROR, "what was written is not there");
    }
    ByteBuffer back = ByteBuffer.allocate((int) object.get().sizeBytes());
    Ranges.read(bucket, object.get(), 0, back);
    boolean same = back.flip().equals(ByteBuffer.wrap("probe".getBytes(StandardCharsets.US_ASCII)));
    if (!same || object.get().attributes(FileAttributes.Type.FILE).mode() != 0640) {
      throw new FileFailure(Kind.STORE_ERROR, "what was written reads otherwise");
    }
  }

  private void listed(Bucket bucket) throws FileFailure {
    if (bucket.list(key, "/", null, 10).contents().stream().noneMatch(o -> o.key().equals(key))) {
      throw new FileFailure(Kind.STORE_ERROR, "what was written is not listed");
    }
  }

  private void inParts(Bucket bucket, boolean keep) throws FileFailure {
    boolean checksums = bucket.traits().checksums();
    Multipart upload = bucket.beginUpload(key, METADATA, null, checksums);
    try {
      Part part = bucket.uploadPart(upload, 1, payload("probe"));
      if (upload.highestPart(bucket, 0) != 1) {
        throw new FileFailure(Kind.STORE_ERROR, "a part that was sent is not listed");
      }
      bucket.complete(upload, List.of(part), keep);
    } catch (FileFailure failed) {
      bucket.abort(key, upload.uploadId());
      throw failed;
    }
  }

  private void copied(Bucket bucket) throws FileFailure {
    ObjectInfo object =
        bucket
            .head(key)
            .orElseThrow(() -> new FileFailure(Kind.STORE_ERROR, "what was written is gone"));
    bucket.copy(object, key, METADATA, false);
  }

  private void deleted(Bucket bucket) throws FileFailure {
    bucket.delete(key);
    if (bucket.head(key).isPresent()) {
      throw new FileFailure(Kind.STORE_ERROR, "what was deleted is still there");
    }
  }

  /** Each condition is tried where it must refuse. */
  private S3Traits traits(Bucket bucket, S3Traits hoped) throws S3Unusable {
    try {
      bucket.put(key, METADATA, payload("probe"), false);
      S3Traits found =
          new S3Traits(
              hoped.checksums(),
              hoped.conditionalPut()
                  && refuses(() -> bucket.put(key, METADATA, payload("other"), true)),
              hoped.conditionalComplete() && refuses(() -> inParts(bucket, true)),
              hoped.conditionalCopy() && refuses(() -> copyOver(bucket)),
              hoped.exactListings());
      bucket.delete(key);
      return found;
    } catch (FileFailure failed) {
      throw new S3Unusable("The bucket failed while it was tried: " + sentence(failed), failed);
    }
  }

  private void copyOver(Bucket bucket) throws FileFailure {
    ObjectInfo object =
        bucket
            .head(key)
            .orElseThrow(() -> new FileFailure(Kind.STORE_ERROR, "what was written is gone"));
    bucket.copy(object, key, METADATA, true);
  }

  private static boolean refuses(Trial overwriting) {
    try {
      overwriting.run();
      return false;
    } catch (FileFailure refused) {
      return refused.kind() == Kind.EXISTS;
    }
  }

  private static Payload payload(String text) {
    return Payload.of(List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))));
  }
}
