package io.quaymaster.admin.http;

import io.quaymaster.refusal.FieldErrors;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where in a list a request reads. A cursor names the last thing that was read, so what is added or
 * removed meanwhile makes neither gaps nor repetitions.
 *
 * @param position of the last thing read; null: from the start
 */
public record Paging(@Nullable Long position, int limit) {
  public static final int DEFAULT_LIMIT = 100;
  public static final int MAX_LIMIT = 1000;

  /**
   * @throws io.quaymaster.refusal.Refusal.Invalid naming the parameter
   */
  public static Paging of(@Nullable String cursor, @Nullable Integer limit) {
    if (limit != null && (limit < 1 || limit > MAX_LIMIT)) {
      throw FieldErrors.of("limit", "must be 1 to " + MAX_LIMIT);
    }
    return new Paging(
        cursor == null ? null : position(cursor), limit == null ? DEFAULT_LIMIT : limit);
  }

  /** For lists that grow at their end. */
  public long after() {
    return position == null ? 0 : position;
  }

  /** For lists with the newest first. */
  public long before() {
    return position == null ? Long.MAX_VALUE : position;
  }

  /** How many to read to know whether there is more. */
  public int limitAndOne() {
    return limit + 1;
  }

  static String cursor(long position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(position).array());
  }

  private static long position(String cursor) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      if (bytes.length == Long.BYTES) {
        return ByteBuffer.wrap(bytes).getLong();
      }
    } catch (IllegalArgumentException notBase64) {
      throw FieldErrors.of("cursor", "must be the next of an earlier page");
    }
    throw FieldErrors.of("cursor", "must be the next of an earlier page");
  }
}
