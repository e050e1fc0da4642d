package io.quaymaster.storage.s3;

import java.time.Duration;

/**
 * What the bucket stores of a process may cost, all together and each transfer. Sizes in bytes.
 *
 * <p>All bytes of files that are in memory are counted here, those too that the server copies or
 * the records keep: they are fetched into counted memory and sent out of it. Not counted is what
 * depends on no file: the buffers of connections, and up to 64 KiB for a request that is being
 * answered without read-ahead or copies within an upload, as many as clients have under way; to go
 * on with an upload, a piece of 256 KiB as the database's driver reads it.
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
