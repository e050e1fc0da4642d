package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Finds multipart uploads below a store's prefix that nobody will ever complete. Threads: any. */
final class Sweeper {
  private final Bucket bucket;
  private final String prefix;
  private final UploadRecords records;
  private final S3Meters meters;

  Sweeper(Bucket bucket, String prefix, UploadRecords records, S3Meters meters) {
    this.bucket = bucket;
    this.prefix = prefix;
    this.records = records;
    this.meters = meters;
  }

  /** Which of the uploads on a page are to be aborted. */
  @FunctionalInterface
  private interface Choice {
    List<MultipartUpload> of(List<MultipartUpload> page) throws FileFailure;
  }

  /**
   * Aborts multipart uploads that no record knows.
   *
   * @return how many
   */
  int sweep(Duration orphanAge) throws FileFailure {
    Instant oldEnough = Instant.now().minus(orphanAge);
    return clear(page -> orphans(page, oldEnough), oldEnough);
  }

  /**
   * Aborts all multipart uploads, whoever knows them.
   *
   * @return how many
   */
  int abortAll() throws FileFailure {
    return clear(page -> page, Instant.MAX);
  }

  private int clear(Choice choice, Instant scratchUntil) throws FileFailure {
    int aborted = 0;
    @Nullable String keyMarker = null;
    @Nullable String idMarker = null;
    boolean more = true;
    while (more) {
      ListMultipartUploadsResponse page = bucket.uploads(prefix, keyMarker, idMarker);
      for (MultipartUpload upload : choice.of(page.uploads())) {
        bucket.abort(upload.key(), upload.uploadId());
        aborted++;
      }
      keyMarker = page.nextKeyMarker();
      idMarker = page.nextUploadIdMarker();
      more = Boolean.TRUE.equals(page.isTruncated());
    }
    removeScratch(scratchUntil);
    meters.orphanUploadsAborted(aborted);
    return aborted;
  }

  private List<MultipartUpload> orphans(List<MultipartUpload> page, Instant oldEnough)
      throws FileFailure {
    List<MultipartUpload> old =
        page.stream().filter(upload -> !upload.initiated().isAfter(oldEnough)).toList();
    Set<String> known =
        new HashSet<>(records.known(old.stream().map(MultipartUpload::uploadId).toList()));
    return old.stream().filter(upload -> !known.contains(upload.uploadId())).toList();
  }

  /** Large parts of uploads whose process died before it had copied them. */
  private void removeScratch(Instant oldEnough) throws FileFailure {
    Pages pages = new Pages(bucket, prefix + KeyNames.SCRATCH + "/");
    while (pages.hasNext()) {
      S3Object object = pages.next();
      if (!object.lastModified().isAfter(oldEnough)) {
        bucket.delete(object.key());
      }
    }
  }
}
