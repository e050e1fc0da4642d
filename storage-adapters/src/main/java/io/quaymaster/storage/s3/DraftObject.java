package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The object that an upload will be, and what the server has of it until then.
 *
 * @param id of the upload, which the object will say
 * @param keep whether an object that is there by then stays, where the server can do that
 */
record DraftObject(Bucket bucket, UUID id, String key, boolean keep) {
  private static final Logger log = LoggerFactory.getLogger(DraftObject.class);

  /** What clients may set of it. */
  record Attributes(int mode, @Nullable Times times) {
    private Map<String, String> metadata(String madeBy) {
      return MadeBy.marked(ObjectInfo.metadata(mode, times, FileAttributes.Type.FILE), madeBy);
    }
  }

  /** The multipart upload, where the object is made of parts. */
  @FunctionalInterface
  interface Begun {
    Multipart multipart() throws FileFailure;
  }

  Multipart beginMultipart(Attributes attributes, boolean checksummed) throws FileFailure {
    return bucket.beginUpload(key, attributes.metadata(MadeBy.parts(id)), null, checksummed);
  }

  /** A multipart upload that was begun before. */
  Multipart multipart(String uploadId, boolean checksummed) {
    return new Multipart(key, uploadId, checksummed, MadeBy.parts(id));
  }

  /** Gives up a multipart upload, so that no request can complete it any more. */
  void abort(String uploadId) throws FileFailure {
    bucket.abort(key, uploadId);
  }

  /** The same for whoever does not depend on it. */
  void abortOrLeave(String uploadId) {
    bucket.abortOrLeave(key, uploadId);
  }

  /** Makes the object out of all its bytes by one request, or by a copy. */
  void make(UploadContent.Complete whole, long fence, Attributes attributes, Begun begun)
      throws FileFailure {
    Map<String, String> metadata = attributes.metadata(MadeBy.request(id, fence));
    switch (whole) {
      case UploadContent.Complete.Copy(ObjectInfo source) ->
          new ServerCopy(bucket).copy(source, key, metadata, keep);
      case UploadContent.Complete.Whole(Payload payload) ->
          bucket.put(key, metadata, payload, keep && bucket.traits().conditionalPut());
      case UploadContent.Complete.InParts(var parts) ->
          bucket.complete(begun.multipart(), parts, keep && bucket.traits().conditionalComplete());
    }
  }

  /**
   * The server wants to know attributes when the upload begins; clients say them at its end. The
   * file is complete by now, so that they are not kept is no failure of it.
   */
  void describe(Attributes attributes) {
    try {
      new ServerCopy(bucket)
          .describe(key, new AttributeChange(attributes.mode(), attributes.times()));
    } catch (FileFailure unkept) {
      log.warn("Times and mode of {} are not kept: {}", key, unkept.getMessage());
    }
  }

  /** Whether the upload's multipart upload was completed, as the object tells. */
  boolean isMadeOfParts() throws FileFailure {
    Optional<ObjectInfo> there = bucket.head(key);
    return there.isPresent() && MadeBy.parts(id).equals(MadeBy.maker(there.get()));
  }
}
