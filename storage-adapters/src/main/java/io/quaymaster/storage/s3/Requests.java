package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.UncheckedIOException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Ways to make a request, each with what its failures mean. The SDK has retried by itself. */
final class Requests {
  private static final int TRIES = 3;

  private final S3Failures failures;

  Requests(S3Failures failures) {
    this.failures = failures;
  }

  <T> T run(Supplier<T> call) throws FileFailure {
    try {
      return answered(call);
    } catch (SdkException failure) {
      throw failures.of(failure);
    }
  }

  /** The SDK takes an answer that breaks off in its XML for a defect, and does not retry. */
  private static <T> T answered(Supplier<T> call) throws FileFailure {
    UncheckedIOException last = null;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      try {
        return call.get();
      } catch (UncheckedIOException broken) {
        last = broken;
      }
    }
    throw new FileFailure(Kind.STORE_ERROR, "the store broke off its answers", last);
  }

  /**
   * For what must not replace anything.
   *
   * @throws FileFailure EXISTS
   */
  <T> T keeping(Supplier<T> call) throws FileFailure {
    try {
      return answered(call);
    } catch (SdkException failure) {
      throw S3Failures.isConditionNotMet(failure)
          ? S3Failures.taken(failure)
          : failures.of(failure);
    }
  }

  /** For what must come from one version of an object. */
  <T> T unchanged(Supplier<T> call) throws FileFailure {
    try {
      return answered(call);
    } catch (SdkException failure) {
      throw S3Failures.isConditionNotMet(failure) ? changed() : failures.of(failure);
    }
  }

  static FileFailure changed() {
    return new FileFailure(Kind.STORE_ERROR, "the file was replaced or removed meanwhile");
  }

  /**
   * Sends bytes, again if they came to the server as others; what was damaged once is not damaged
   * each time.
   *
   * @throws FileFailure EXISTS as of {@link #keeping}
   */
  <T> T sending(Supplier<T> call, Predicate<T> isSame) throws FileFailure {
    SdkException damaged = null;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      try {
        T stored = answered(call);
        if (isSame.test(stored)) {
          return stored;
        }
      } catch (SdkException failure) {
        if (S3Failures.isConditionNotMet(failure)) {
          throw S3Failures.taken(failure);
        }
        if (!S3Failures.isDamaged(failure)) {
          throw failures.of(failure);
        }
        damaged = failure;
      }
    }
    throw damaged == null ? otherBytes() : failures.of(damaged);
  }

  static FileFailure otherBytes() {
    return new FileFailure(Kind.STORE_ERROR, "the store has other bytes than it was sent");
  }
}
