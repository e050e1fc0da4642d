package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.storage.s3.UploadRecords.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * The requests that a store makes, by keys as the server has them. Failures are {@link
 * S3Failures}'; what was sent is compared with what the server says it has.
 *
 * <p>Threads: any. Calls block.
 */
final class Bucket implements AutoCloseable {
  /** Largest object that one copy request takes, and largest part, in bytes. */
  static final long MAX_COPY = 5L << 30;

  private static final Logger log = LoggerFactory.getLogger(Bucket.class);

  private final S3Clients clients;
  private final S3Client client;
  private final S3Client plain;
  private final S3Settings settings;
  private final S3Failures failures;
  private final Requests requests;
  private final ObjectRequests objects;
  private final S3Meters meters;

  /** The store itself, and each file that is open. */
  private final AtomicInteger users = new AtomicInteger(1);

  Bucket(S3Clients clients, S3Settings settings, S3Meters meters) {
    this.clients = clients;
    this.client = clients.client();
    this.plain = clients.plain();
    this.settings = settings;
    this.failures = new S3Failures(new FailureLog(settings.bucket(), System::nanoTime));
    this.requests = new Requests(failures);
    this.objects = new ObjectRequests(settings);
    this.meters = meters;
  }

  S3Traits traits() {
    return settings.traits();
  }

  /** What is at a key; empty if nothing is. */
  Optional<ObjectInfo> head(String key) throws FileFailure {
    try {
      HeadObjectResponse found = client.headObject(r -> r.bucket(settings.bucket()).key(key));
      String version = found.versionId();
      return Optional.of(
          new ObjectInfo(
              key,
              found.contentLength(),
              found.eTag(),
              version == null || version.equals("null") ? null : version,
              found.lastModified(),
              found));
    } catch (SdkException failure) {
      if (S3Failures.isMissing(failure)) {
        return Optional.empty();
      }
      throw failures.of(failure);
    }
  }

  /**
   * Some bytes of one version of an object.
   *
   * @throws FileFailure STORE_ERROR also if the object is another one by now, or gone
   */
  ResponseInputStream<GetObjectResponse> get(ObjectInfo object, long offset, long length)
      throws FileFailure {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(settings.bucket())
            .key(object.key())
            .versionId(object.versionId())
            .ifMatch(object.eTag())
            .range(range(offset, length))
            // Only of a whole object does a server know the checksum.
            .checksumMode(
                traits().checksums() && length == object.sizeBytes() ? ChecksumMode.ENABLED : null)
            .build();
    ResponseInputStream<GetObjectResponse> body;
    try {
      body = client.getObject(request);
    } catch (SdkException failure) {
      if (S3Failures.isConditionNotMet(failure) || S3Failures.isMissing(failure)) {
        throw Requests.changed();
      }
      throw failures.of(failure);
    }
    if (!Objects.equals(object.eTag(), body.response().eTag())) {
      // The server ignores the condition.
      body.abort();
      throw Requests.changed();
    }
    meters.received(length);
    return body;
  }

  /** What reading the body of {@link #get} failed with, as clients are told it. */
  FileFailure broken(SdkException failure) {
    return failures.ofBody(failure);
  }

  /**
   * A page of keys in the order of their bytes.
   *
   * @param delimiter null: all keys; else those below a further one are one prefix
   * @param continuation null: the first page
   */
  ListObjectsV2Response list(
      String prefix, @Nullable String delimiter, @Nullable String continuation, int max)
      throws FileFailure {
    return requests.run(
        () ->
            client.listObjectsV2(
                r ->
                    r.bucket(settings.bucket())
                        .prefix(prefix)
                        .delimiter(delimiter)
                        .continuationToken(continuation)
                        .encodingType("url")
                        .maxKeys(max)));
  }

  /**
   * Writes an object in one request.
   *
   * @param metadata with {@link MadeBy}, a failure says surely that nothing was written, unless the
   *     server cannot be asked
   * @param keep whether an object that is there stays; only where the server can do that
   * @throws FileFailure EXISTS if one was there
   */
  void put(String key, Map<String, String> metadata, Payload payload, boolean keep)
      throws FileFailure {
    String crc = traits().checksums() ? payload.crc32() : null;
    PutObjectRequest request = objects.put(key, metadata, crc, keep);
    try {
      requests.sending(
          () -> client.putObject(request, payload.body()),
          stored -> isSame(payload, crc, stored.checksumCRC32(), stored.eTag()));
    } catch (FileFailure unclear) {
      ObjectInfo made = madeAfterAll(key, MadeBy.of(metadata), unclear);
      if (!isSame(payload, crc, null, made.eTag())) {
        throw Requests.otherBytes();
      }
    }
    meters.sent(payload.length());
  }

  /**
   * Looks whether a request that failed made its object all the same: the answer may be lost, and
   * what meets the object then is the retry.
   *
   * @throws FileFailure the same as before if it did not, or if the server cannot be asked
   */
  private ObjectInfo madeAfterAll(String key, @Nullable String madeBy, FileFailure failed)
      throws FileFailure {
    if (madeBy != null) {
      try {
        Optional<ObjectInfo> there = head(key);
        if (there.isPresent() && there.get().isMadeBy(madeBy)) {
          return there.get();
        }
      } catch (FileFailure unknown) {
        failed.addSuppressed(unknown);
      }
    }
    throw failed;
  }

  private boolean isSame(
      Payload sent, @Nullable String crc, @Nullable String stored, @Nullable String eTag) {
    return crc != null
        ? stored == null || stored.equals(crc)
        : !isMd5(eTag) || unquoted(eTag).equals(sent.md5());
  }

  /** The ETag of an object that is encrypted with a key of KMS is no hash of its bytes. */
  private boolean isMd5(@Nullable String eTag) {
    return eTag != null
        && !(settings.encryption() instanceof S3Settings.Encryption.Kms)
        && unquoted(eTag).matches("[0-9a-f]{32}");
  }

  private static String unquoted(@Nullable String eTag) {
    return eTag == null ? "" : eTag.replace("\"", "");
  }

  /**
   * Begins a multipart upload, which nobody sees until it is completed.
   *
   * @param like whose type and headers the object gets; null: none
   * @param checksummed see {@link Multipart}
   */
  Multipart beginUpload(
      String key, Map<String, String> metadata, @Nullable ObjectInfo like, boolean checksummed)
      throws FileFailure {
    CreateMultipartUploadRequest request = objects.beginUpload(key, metadata, like, checksummed);
    String id = requests.run(() -> of(checksummed).createMultipartUpload(request).uploadId());
    return new Multipart(key, id, checksummed, MadeBy.of(metadata));
  }

  /** The client that adds checksums to what it sends, or the one that does not. */
  private S3Client of(boolean checksummed) {
    return checksummed ? client : plain;
  }

  Part uploadPart(Multipart upload, int number, Payload payload) throws FileFailure {
    String crc = upload.checksummed() ? payload.crc32() : null;
    UploadPartRequest request =
        UploadPartRequest.builder()
            .bucket(settings.bucket())
            .key(upload.key())
            .uploadId(upload.uploadId())
            .partNumber(number)
            .checksumCRC32(crc)
            .contentMD5(crc == null ? payload.contentMd5() : null)
            .build();
    return inFlight(
        () -> {
          try {
            UploadPartResponse sent =
                requests.sending(
                    () -> of(upload.checksummed()).uploadPart(request, payload.body()),
                    stored -> isSame(payload, crc, stored.checksumCRC32(), stored.eTag()));
            meters.sent(payload.length());
            return new Part(number, payload.length(), sent.eTag(), crc);
          } catch (FileFailure failed) {
            throw lostIfMissing(failed);
          }
        });
  }

  /** A part on its way. */
  @FunctionalInterface
  private interface Sending {
    Part send() throws FileFailure;
  }

  private Part inFlight(Sending sending) throws FileFailure {
    meters.partsInFlight(1);
    try {
      return sending.send();
    } finally {
      meters.partsInFlight(-1);
    }
  }

  /** A part that the server copies by itself. */
  Part copyPart(CopySource from, Multipart upload, int number) throws FileFailure {
    ObjectInfo source = from.object();
    UploadPartCopyRequest request =
        UploadPartCopyRequest.builder()
            .sourceBucket(settings.bucket())
            .sourceKey(source.key())
            .sourceVersionId(source.versionId())
            .copySourceIfMatch(source.eTag())
            .copySourceRange(range(from.offset(), from.length()))
            .destinationBucket(settings.bucket())
            .destinationKey(upload.key())
            .uploadId(upload.uploadId())
            .partNumber(number)
            .build();
    return inFlight(
        () -> {
          var copied = requests.unchanged(() -> client.uploadPartCopy(request)).copyPartResult();
          return new Part(number, from.length(), copied.eTag(), copied.checksumCRC32());
        });
  }

  private static String range(long offset, long length) {
    return "bytes=" + offset + "-" + (offset + length - 1);
  }

  /**
   * Makes the object out of its parts, and looks whether it is as long as they are.
   *
   * @param keep as of {@link #put}
   * @throws FileFailure EXISTS; STORE_ERROR also if the server has the parts no more
   */
  ObjectInfo complete(Multipart upload, List<Part> parts, boolean keep) throws FileFailure {
    List<CompletedPart> completed = new ArrayList<>();
    long length = 0;
    for (Part part : parts) {
      completed.add(
          CompletedPart.builder()
              .partNumber(part.number())
              .eTag(part.eTag())
              .checksumCRC32(upload.checksummed() ? part.checksum() : null)
              .build());
      length += part.sizeBytes();
    }
    CompleteMultipartUploadRequest request =
        CompleteMultipartUploadRequest.builder()
            .bucket(settings.bucket())
            .key(upload.key())
            .uploadId(upload.uploadId())
            .multipartUpload(u -> u.parts(completed))
            .ifNoneMatch(keep ? "*" : null)
            .build();
    Optional<ObjectInfo> made = completed(upload, request);
    if (made.isEmpty() || made.get().sizeBytes() != length) {
      throw new FileFailure(Kind.STORE_ERROR, "the store did not put the parts together as sent");
    }
    return made.get();
  }

  private Optional<ObjectInfo> completed(Multipart upload, CompleteMultipartUploadRequest request)
      throws FileFailure {
    try {
      requests.keeping(() -> of(upload.checksummed()).completeMultipartUpload(request));
    } catch (FileFailure unclear) {
      return Optional.of(madeAfterAll(upload.key(), upload.madeBy(), lostIfMissing(unclear)));
    }
    return head(upload.key());
  }

  /** A multipart upload that is gone is no file that is missing. */
  private static FileFailure lostIfMissing(FileFailure failed) {
    return failed.kind() == Kind.NOT_FOUND
        ? new FileFailure(Kind.STORE_ERROR, "the store lost what it had of the upload", failed)
        : failed;
  }

  /**
   * Looks whether an object is still what it was: not every server takes that as a condition of a
   * copy.
   */
  void requireUnchanged(ObjectInfo object) throws FileFailure {
    Optional<ObjectInfo> now = head(object.key());
    if (now.isEmpty() || !Objects.equals(now.get().eTag(), object.eTag())) {
      throw Requests.changed();
    }
  }

  /** Gives up a multipart upload. Nothing happens if it is gone. */
  void abort(String key, String uploadId) throws FileFailure {
    try {
      client.abortMultipartUpload(r -> r.bucket(settings.bucket()).key(key).uploadId(uploadId));
    } catch (SdkException failure) {
      if (!S3Failures.isMissing(failure)) {
        throw failures.of(failure);
      }
    }
  }

  /** The same for whoever does not depend on it: what cannot be given up now, the sweep does. */
  void abortOrLeave(String key, String uploadId) {
    try {
      abort(key, uploadId);
    } catch (FileFailure away) {
      log.debug("An upload to {} is left to the sweep: {}", key, away.getMessage());
    }
  }

  ListMultipartUploadsResponse uploads(
      String prefix, @Nullable String keyMarker, @Nullable String uploadIdMarker)
      throws FileFailure {
    return requests.run(
        () ->
            client.listMultipartUploads(
                r ->
                    r.bucket(settings.bucket())
                        .prefix(prefix)
                        .encodingType("url")
                        .keyMarker(keyMarker)
                        .uploadIdMarker(uploadIdMarker)));
  }

  /**
   * A page of the parts that the server has of an upload.
   *
   * @param marker null: the first page
   */
  ListPartsResponse parts(Multipart upload, @Nullable Integer marker) throws FileFailure {
    return requests.run(
        () ->
            client.listParts(
                r ->
                    r.bucket(settings.bucket())
                        .key(upload.key())
                        .uploadId(upload.uploadId())
                        .partNumberMarker(marker)));
  }

  /**
   * Copies an object of at most {@link #MAX_COPY} bytes on the server.
   *
   * @param metadata user metadata of the copy, as of {@link #put}
   * @param keep as of {@link #put}
   */
  void copy(ObjectInfo source, String key, Map<String, String> metadata, boolean keep)
      throws FileFailure {
    CopyObjectRequest request = objects.copy(source, key, metadata, keep);
    try {
      requests.keeping(() -> client.copyObject(request));
    } catch (FileFailure unclear) {
      madeAfterAll(key, MadeBy.of(metadata), unclear);
    }
  }

  /** Removes what is at a key. Nothing happens if nothing is. */
  void delete(String key) throws FileFailure {
    requests.run(() -> client.deleteObject(r -> r.bucket(settings.bucket()).key(key)));
  }

  /** One more uses the connections; each closes once. */
  Bucket retained() {
    users.incrementAndGet();
    return this;
  }

  /** One fewer; the last one closes the connections. */
  @Override
  public void close() {
    if (users.decrementAndGet() == 0) {
      clients.close();
    }
  }
}
