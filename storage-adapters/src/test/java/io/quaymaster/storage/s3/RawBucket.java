package io.quaymaster.storage.s3;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of a test's own and short words for what lies in it, past the adapter. Any thread. */
record RawBucket(S3Client s3, String name) {
  static final int MIB = 1 << 20;

  /** The smallest part that is not the last one. */
  static final int SMALLEST_PART = 5 * MIB;

  static RawBucket ofTheSharedServer() {
    return of(S3Server.shared());
  }

  static RawBucket of(S3Server server) {
    return new RawBucket(server.client(), server.newBucket());
  }

  /** Stores a text; returns its ETag. */
  String put(String key, String text) {
    return put(key, text, Map.of());
  }

  String put(String key, String text, Map<String, String> metadata) {
    return s3.putObject(
            request -> request.bucket(name).key(key).metadata(metadata),
            RequestBody.fromString(text))
        .eTag();
  }

  String get(String key) {
    return s3.getObjectAsBytes(request -> request.bucket(name).key(key))
        .asString(StandardCharsets.UTF_8);
  }

  HeadObjectResponse head(String key) {
    return s3.headObject(request -> request.bucket(name).key(key));
  }

  /** All keys, in the order in which the server lists them. */
  List<String> keys() {
    return s3.listObjectsV2Paginator(request -> request.bucket(name)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  /** Begins a multipart upload; returns its id. */
  String begin(String key) {
    return s3.createMultipartUpload(request -> request.bucket(name).key(key)).uploadId();
  }

  CompletedPart upload(String key, String uploadId, int number, byte[] bytes) {
    String eTag =
        s3.uploadPart(
                request -> request.bucket(name).key(key).uploadId(uploadId).partNumber(number),
                RequestBody.fromBytes(bytes))
            .eTag();
    return part(number, eTag);
  }

  void complete(String key, String uploadId, CompletedPart... parts) {
    s3.completeMultipartUpload(
        request ->
            request
                .bucket(name)
                .key(key)
                .uploadId(uploadId)
                .multipartUpload(upload -> upload.parts(parts)));
  }

  static CompletedPart part(int number, String eTag) {
    return CompletedPart.builder().partNumber(number).eTag(eTag).build();
  }

  /** Expects the server to refuse with an HTTP status. */
  static ThrowableAssertAlternative<S3Exception> assertRefused(int status, ThrowingCallable call) {
    return Assertions.assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(call)
        .satisfies(refusal -> Assertions.assertThat(refusal.statusCode()).isEqualTo(status));
  }

  /** Expects the server to refuse with an HTTP status and an error code. */
  static void assertRefused(int status, String code, ThrowingCallable call) {
    assertRefused(status, call)
        .satisfies(
            refusal ->
                Assertions.assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code));
  }
}
