package io.quaymaster.storage.s3;

import java.time.Duration;

/**
 * What the bucket stores of a process may cost, all together and each transfer. Sizes in bytes.
 *
 * @param uploadMemory for bytes that no server has yet, of all uploads together
 * @param uploadMemoryPerFile of one upload: what is gathered and what is under way
 * @param downloadMemory for bytes that no client has yet, of all downloads together
 * @param downloadMemoryPerFile of one download
 * @param patience how long a request may take with all its retries, and how long a transfer waits
 *     for memory
 */
public record S3Limits(
    long uploadMemory,
    long uploadMemoryPerFile,
    long downloadMemory,
    long downloadMemoryPerFile,
    Duration patience) {
  private static final long MIB = 1 << 20;

  public static final S3Limits DEFAULTS =
      new S3Limits(256 * MIB, 32 * MIB, 256 * MIB, 32 * MIB, Duration.ofMinutes(1));

  public S3Limits {
    if (uploadMemoryPerFile < 2 * Parts.SMALLEST || uploadMemory < uploadMemoryPerFile) {
      throw new IllegalArgumentException("too little memory for uploads");
    }
    if (downloadMemoryPerFile < MIB || downloadMemory < downloadMemoryPerFile) {
      throw new IllegalArgumentException("too little memory for downloads");
    }
  }
}
