package io.quaymaster.storage.s3;

import java.time.Duration;

/** What one store's traffic is counted by. Threads: any. */
public interface S3Meters {
  /**
   * A request was answered or given up.
   *
   * @param operation as the S3 API names it, for example {@code UploadPart}
   * @param outcome {@code ok}, {@code client-error} (refused: 4xx), {@code server-error} (5xx) or
   *     {@code unreachable}
   * @param attempts 1 if it was not retried
   */
  void request(String operation, String outcome, Duration took, int attempts);

  void sent(long bytes);

  void received(long bytes);

  /** By how much the number of parts under way changed. */
  void partsInFlight(int change);

  /** By how much the memory that this store's transfers hold changed, in bytes. */
  void memory(long change);

  void orphanUploadsAborted(int count);

  S3Meters NONE =
      new S3Meters() {
        @Override
        public void request(String operation, String outcome, Duration took, int attempts) {}

        @Override
        public void sent(long bytes) {}

        @Override
        public void received(long bytes) {}

        @Override
        public void partsInFlight(int change) {}

        @Override
        public void memory(long change) {}

        @Override
        public void orphanUploadsAborted(int count) {}
      };
}
