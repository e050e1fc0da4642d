package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * A multipart upload on the server.
 *
 * @param key of the object that it will be
 * @param checksummed whether each part comes with a checksum of its own. Not every server knows one
 *     for a part that it copies, so an upload that begins with copies does without; its parts are
 *     compared by MD5
 * @param madeBy what the object will say of itself, {@link MadeBy}; null: nothing
 */
record Multipart(String key, String uploadId, boolean checksummed, @Nullable String madeBy) {
  /**
   * The highest number that a part has on the server.
   *
   * @param above a number; it is the answer if none is higher, or the upload is gone
   */
  int highestPart(Bucket bucket, int above) throws FileFailure {
    int highest = above;
    try {
      // From the first on: not every server begins where it is told.
      @Nullable Integer marker = null;
      boolean more = true;
      while (more) {
        ListPartsResponse page = bucket.parts(this, marker);
        for (Part part : page.parts()) {
          highest = Math.max(highest, part.partNumber());
        }
        marker = page.nextPartNumberMarker();
        more = Boolean.TRUE.equals(page.isTruncated());
      }
    } catch (FileFailure missing) {
      if (missing.kind() != Kind.NOT_FOUND) {
        throw missing;
      }
    }
    return highest;
  }
}
