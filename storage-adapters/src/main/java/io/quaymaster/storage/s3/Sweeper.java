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

  /**
   * Aborts multipart uploads that no record knows.
   *
   * @return how many
   */
  int sweep(Duration orphanAge) throws FileFailure {
    Instant oldEnough = Instant.now().minus(orphanAge);
    int aborted = 0;
    @Nullable String keyMarker = null;
    @Nullable String idMarker = null;
    boolean more = true;
    while (more) {
      ListMultipartUploadsResponse page = bucket.uploads(prefix, keyMarker, idMarker);
      List<MultipartUpload> old =
          page.uploads().stream().filter(upload -> !upload.initiated().isAfter(oldEnough)).toList();
      Set<String> known =
          new HashSet<>(records.known(old.stream().map(MultipartUpload::uploadId).toList()));
      for (MultipartUpload upload : old) {
        if (!known.contains(upload.uploadId())) {
          bucket.abort(upload.key(), upload.uploadId());
          aborted++;
        }
      }
      keyMarker = page.nextKeyMarker();
      idMarker = page.nextUploadIdMarker();
      more = Boolean.TRUE.equals(page.isTruncated());
    }
    removeScratch(oldEnough);
    meters.orphanUploadsAborted(aborted);
    return aborted;
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
