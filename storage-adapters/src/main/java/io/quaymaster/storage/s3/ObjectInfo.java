package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileAttributes.Identity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * An object as the server describes it.
 *
 * <p>Times and mode are user metadata: {@code mtime} and {@code atime} in seconds since 1970, as
 * rclone and s3fs write them, and {@code mode} in decimal with the type of file in it, as s3fs
 * does. {@link MadeBy} is there too.
 *
 * @param eTag which content it is; null for a mark, of servers that know none then
 * @param versionId null where the bucket keeps no versions
 * @param described everything else, so that a copy can keep it
 */
record ObjectInfo(
    String key,
    long sizeBytes,
    @Nullable String eTag,
    @Nullable String versionId,
    Instant storedAt,
    HeadObjectResponse described) {
  static final int FILE_MODE = 0644;
  static final int DIRECTORY_MODE = 0755;

  private static final String MODE = "mode";
  private static final String MODIFIED = "mtime";
  private static final String ACCESSED = "atime";

  /** {@code S_IFREG} and {@code S_IFDIR} of stat(2). */
  private static final int REGULAR = 0100000;

  private static final int DIRECTORY = 0040000;

  /** No exponents: {@code 1e999999999} would be a number of a billion digits. */
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{0,18})?");

  /** Whether it is an object, and not only what other keys tell of. */
  boolean isStored() {
    return described.lastModified() != null;
  }

  FileAttributes attributes(FileAttributes.Type type) {
    Map<String, String> metadata = described.metadata();
    int fallback = type == FileAttributes.Type.DIRECTORY ? DIRECTORY_MODE : FILE_MODE;
    long mode = number(metadata.get(MODE), fallback) & 0777;
    long modified = number(metadata.get(MODIFIED), storedAt.getEpochSecond());
    long accessed = number(metadata.get(ACCESSED), modified);
    return new FileAttributes(
        type,
        type == FileAttributes.Type.DIRECTORY ? 0 : sizeBytes,
        (int) mode,
        type == FileAttributes.Type.DIRECTORY ? 2 : 1,
        modified,
        accessed,
        identity(key));
  }

  /** Other tools write fractions of seconds, and perhaps nonsense. */
  private static long number(@Nullable String text, long otherwise) {
    if (text == null || !NUMBER.matcher(text).matches()) {
      return otherwise;
    }
    return new BigDecimal(text).setScale(0, RoundingMode.FLOOR).longValueExact();
  }

  /** The object's user metadata with a change made to it. */
  Map<String, String> metadataWith(AttributeChange change, FileAttributes.Type type) {
    Map<String, String> metadata = new LinkedHashMap<>(described.metadata());
    if (change.mode() != null) {
      metadata.put(MODE, mode(change.mode(), type));
    }
    if (change.times() != null) {
      putTimes(metadata, change.times());
    }
    return MadeBy.revised(metadata);
  }

  /** User metadata of a copy of the object, which shows when this one was written. */
  Map<String, String> metadataOfCopy() {
    Map<String, String> metadata = MadeBy.marked(described.metadata(), MadeBy.fresh());
    metadata.putIfAbsent(MODIFIED, Long.toString(storedAt.getEpochSecond()));
    return metadata;
  }

  /** Whether this is what a request made with this user metadata. */
  boolean isMadeBy(@Nullable String madeBy) {
    return madeBy != null && madeBy.equals(MadeBy.of(described.metadata()));
  }

  /** User metadata of a new object. */
  static Map<String, String> metadata(int mode, @Nullable Times times, FileAttributes.Type type) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(MODE, mode(mode, type));
    if (times != null) {
      putTimes(metadata, times);
    }
    return metadata;
  }

  private static void putTimes(Map<String, String> metadata, Times times) {
    metadata.put(MODIFIED, Long.toString(times.modifiedSeconds()));
    metadata.put(ACCESSED, Long.toString(times.accessedSeconds()));
  }

  private static String mode(int mode, FileAttributes.Type type) {
    int bits = type == FileAttributes.Type.DIRECTORY ? DIRECTORY | 0700 : REGULAR | 0600;
    return Integer.toString(bits | (mode & 0777));
  }

  /** An object is its key: a bucket knows no other identity. */
  static Identity identity(String key) {
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
      return new Identity(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
