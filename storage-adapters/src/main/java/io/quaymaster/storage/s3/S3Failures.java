package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** The one table from what the SDK throws to what clients are told. */
final class S3Failures {
  private static final Set<String> NO_ROOM =
      Set.of("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "StorageFull");
  private static final Set<String> CREDENTIALS =
      Set.of(
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidToken",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired");

  private static final Set<String> DAMAGED =
      // Where the signature covers the bytes, damaged ones are not signed.
      Set.of(
          "BadDigest",
          "IncompleteBody",
          "InvalidDigest",
          "SignatureDoesNotMatch",
          "XAmzContentSHA256Mismatch");

  private final FailureLog log;

  /**
   * @param log is told in full what clients are told in few words
   */
  S3Failures(FailureLog log) {
    this.log = log;
  }

  FileFailure of(SdkException failure) {
    if (isInterruption(failure)) {
      return PartMemory.interrupted();
    }
    return switch (failure) {
      case AwsServiceException answered -> answered(answered);
      case ApiCallTimeoutException late ->
          logged(Kind.STORE_ERROR, "the store does not answer in time", late);
      default -> logged(Kind.STORE_ERROR, "the store cannot be reached", failure);
    };
  }

  /** While the body of an answer is read. */
  FileFailure ofBody(SdkException failure) {
    return isInterruption(failure)
        ? PartMemory.interrupted()
        : logged(Kind.STORE_ERROR, "what the store sent does not match its checksum", failure);
  }

  /** The SDK has other names for it too, but always leaves the thread interrupted. */
  private static boolean isInterruption(SdkException failure) {
    return failure instanceof AbortedException || Thread.currentThread().isInterrupted();
  }

  private FileFailure answered(AwsServiceException failure) {
    String code = code(failure);
    if (isMissing(failure)) {
      return new FileFailure(Kind.NOT_FOUND, "no such file", failure);
    }
    if (NO_ROOM.contains(code) || failure.statusCode() == 507) {
      return logged(Kind.STORE_FULL, "the bucket is full", failure);
    }
    if (CREDENTIALS.contains(code)) {
      return logged(
          Kind.STORE_ERROR, "the bucket does not take the gateway's credentials", failure);
    }
    return switch (code) {
      case "EntityTooLarge" ->
          new FileFailure(Kind.FILE_TOO_LARGE, "the bucket takes no file so large", failure);
      case "KeyTooLongError" ->
          new FileFailure(Kind.NAME_TOO_LONG, "the bucket takes no name so long", failure);
      case "NoSuchBucket" -> logged(Kind.STORE_ERROR, "there is no such bucket", failure);
      case "RequestTimeTooSkewed" ->
          logged(Kind.STORE_ERROR, "the gateway's clock differs from the store's", failure);
      case "SlowDown", "ServiceUnavailable", "TooManyRequests" ->
          logged(Kind.STORE_ERROR, "the store is overloaded", failure);
      default ->
          logged(
              Kind.STORE_ERROR,
              failure.statusCode() == 403
                  ? "the bucket does not let the gateway do this"
                  : "the store failed",
              failure);
    };
  }

  /**
   * @param refused what the server said; null: it was seen before
   */
  static FileFailure taken(@Nullable SdkException refused) {
    return new FileFailure(Kind.EXISTS, "the name is taken", refused);
  }

  static String code(AwsServiceException failure) {
    String code = failure.awsErrorDetails() == null ? null : failure.awsErrorDetails().errorCode();
    return code == null ? "" : code;
  }

  /** Nothing has this key, or the multipart upload is gone. */
  static boolean isMissing(SdkException failure) {
    return failure instanceof AwsServiceException answered
        && answered.statusCode() == 404
        && !code(answered).equals("NoSuchBucket");
  }

  /** What came to the server is not what was sent. */
  static boolean isDamaged(SdkException failure) {
    return failure instanceof AwsServiceException answered && DAMAGED.contains(code(answered));
  }

  /** A condition of the request was not met. */
  static boolean isConditionNotMet(SdkException failure) {
    return failure instanceof AwsServiceException answered
        && (answered.statusCode() == 412
            || (answered.statusCode() == 409
                && code(answered).equals("ConditionalRequestConflict")));
  }

  private FileFailure logged(Kind kind, String words, SdkException failure) {
    log.failed(words, failure);
    return new FileFailure(kind, words, failure);
  }
}
