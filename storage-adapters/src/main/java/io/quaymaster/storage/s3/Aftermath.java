package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;

/**
 * What became of uploads that were about to be completed, and whose process died then or never
 * heard how it ended. The bucket is asked, once for each who meets such a record; what is over
 * loses its record, unless somebody went on with it meanwhile.
 *
 * <p>Threads: any.
 */
final class Aftermath {
  private static final Logger log = LoggerFactory.getLogger(Aftermath.class);

  /** How an upload ended, if it did. */
  enum Fate {
    /** It can be gone on with, and completed. */
    OPEN,
    /** It is the object that it was to be, or was until another took its place. */
    COMPLETE,
    /** The server gave up what it had, as its rules or an admin wanted: nothing is left. */
    LOST
  }

  private final Bucket bucket;
  private final UploadRecords records;
  private final KeyNames names;

  Aftermath(UploadServices services, KeyNames names) {
    this.bucket = services.bucket();
    this.records = services.records();
    this.names = names;
  }

  boolean isOpen(Upload upload) throws FileFailure {
    return of(upload) == Fate.OPEN;
  }

  Fate of(Upload upload) throws FileFailure {
    if (!upload.completing()) {
      return Fate.OPEN;
    }
    Fate fate = ask(upload);
    if (fate == Fate.OPEN || !records.end(upload.id(), upload.fence())) {
      return Fate.OPEN;
    }
    if (fate == Fate.LOST) {
      log.warn("The store has given up the parts of upload {}: nothing is left", upload.id());
    } else {
      log.info("Upload {} was complete: its record goes", upload.id());
    }
    return fate;
  }

  private Fate ask(Upload upload) throws FileFailure {
    String key = names.file(upload.target());
    String begun = upload.uploadId();
    if (isMade(upload, key)) {
      return Fate.COMPLETE;
    }
    if (begun == null || isThere(key, begun)) {
      return Fate.OPEN;
    }
    // Between the two questions it may have been completed, after which it is there no more.
    return isMade(upload, key) ? Fate.COMPLETE : Fate.LOST;
  }

  private boolean isMade(Upload upload, String key) throws FileFailure {
    Optional<ObjectInfo> there = bucket.head(key);
    return there.isPresent() && MadeBy.isMadeBy(upload, there.get());
  }

  /** Whether the server knows a multipart upload. Not every server says so of its parts. */
  private boolean isThere(String key, String uploadId) throws FileFailure {
    @Nullable String keyMarker = null;
    @Nullable String idMarker = null;
    boolean more = true;
    while (more) {
      ListMultipartUploadsResponse page = bucket.uploads(key, keyMarker, idMarker);
      if (page.uploads().stream().anyMatch(each -> each.uploadId().equals(uploadId))) {
        return true;
      }
      keyMarker = page.nextKeyMarker();
      idMarker = page.nextUploadIdMarker();
      more = Boolean.TRUE.equals(page.isTruncated());
    }
    return false;
  }
}
