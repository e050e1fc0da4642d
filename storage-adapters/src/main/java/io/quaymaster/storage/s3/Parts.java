package io.quaymaster.storage.s3;

/**
 * How large the parts of a multipart upload are. Small at first, so that memory is little and a
 * short file is soon on its way; twice as large after the first thousand. Where a file gets so long
 * that ten thousand of them would not be enough, parts are gathered on the server ({@link
 * Gathering}), and memory does not grow with the file.
 *
 * @param largest what a part in memory may grow to, in bytes
 * @param small how many parts come one by one before they are gathered
 * @param large bytes that are gathered into one; at most what one request copies
 */
record Parts(long largest, int small, long large) {
  /** Amazon S3 takes no smaller part but the last, in bytes. */
  static final long SMALLEST = 5L << 20;

  /** Amazon S3's largest object, in bytes. */
  static final long LARGEST_FILE = 5L << 40;

  private static final long FIRST = 8L << 20;
  private static final int STEP = 1_000;

  /** Half of the part numbers for what comes one by one: some 70 GiB. */
  private static final int SMALL_PARTS = 5_000;

  /** With the other half, five times as much as there can be. */
  private static final long LARGE_PART = 5L << 30;

  Parts(long largestBytes) {
    this(
        Math.max(SMALLEST, largestBytes) / TransferMemory.PIECE * TransferMemory.PIECE,
        SMALL_PARTS,
        LARGE_PART);
  }

  /** Bytes that are sent at once as part of this number, or into it: whole pieces of memory. */
  long size(int number) {
    return Math.min(largest, number <= STEP ? FIRST : 2 * FIRST);
  }
}
