package io.quaymaster.storage.s3;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log is told of a bucket's failures: each sort of them once in a while with how many more
 * there were, as a dead bucket fails every request of every session.
 *
 * <p>Threads: any.
 */
final class FailureLog {
  static final Duration BETWEEN_TWO = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(FailureLog.class);

  private final String bucket;
  private final LongSupplier nanoTime;

  /** By the words, of which {@link S3Failures} has a fixed number. */
  private final Map<String, Sort> sorts = new ConcurrentHashMap<>();

  FailureLog(String bucket, LongSupplier nanoTime) {
    this.bucket = bucket;
    this.nanoTime = nanoTime;
  }

  /**
   * @param toldAt nanoseconds, when the log was last told
   * @param since failures that it was not told of since then
   */
  private record Sort(long toldAt, long since) {}

  void failed(String words, Exception failure) {
    sorts.compute(words, (_, before) -> after(before, words, failure));
  }

  private Sort after(@Nullable Sort before, String words, Exception failure) {
    long now = nanoTime.getAsLong();
    if (before != null && now - before.toldAt() < BETWEEN_TWO.toNanos()) {
      return new Sort(before.toldAt(), before.since() + 1);
    }
    if (before == null || before.since() == 0) {
      log.warn("Bucket {} failed: {} ({})", bucket, words, failure.getMessage());
    } else {
      log.warn(
          "Bucket {} failed: {} ({}); {} more of this sort in the {} s before",
          bucket,
          words,
          failure.getMessage(),
          before.since(),
          (now - before.toldAt()) / 1_000_000_000);
    }
    return new Sort(now, 0);
  }
}
