package io.quaymaster.storage.s3;

/**
 * How large the parts of a multipart upload are: small at first, so that memory is little and a
 * short file is soon on its way, and twice as large after each thousand, so that ten thousand are
 * enough for a large one.
 */
final class Parts {
  /** Amazon S3 takes no smaller part but the last, in bytes. */
  static final long SMALLEST = 5L << 20;

  static final int MOST = 10_000;

  private static final long FIRST = 8L << 20;
  private static final int STEP = 1_000;

  /** Amazon S3's largest object, in bytes. */
  private static final long LARGEST_FILE = 5L << 40;

  private final long largest;

  /**
   * @param largestBytes what a part may grow to
   */
  Parts(long largestBytes) {
    this.largest = Math.max(SMALLEST, largestBytes) / TransferMemory.PIECE * TransferMemory.PIECE;
  }

  /** Bytes of a part, whole pieces of memory; 0 if a file has no part of this number. */
  long size(int number) {
    return number > MOST ? 0 : Math.min(largest, FIRST << Math.min(20, (number - 1) / STEP));
  }

  /** How long a file can be, in bytes. */
  long largestFile() {
    long sum = 0;
    for (int number = 1; number <= MOST; number++) {
      sum += size(number);
    }
    return Math.min(sum, LARGEST_FILE);
  }
}
