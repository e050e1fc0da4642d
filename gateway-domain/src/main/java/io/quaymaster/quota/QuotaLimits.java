package io.quaymaster.quota;

import org.jspecify.annotations.Nullable;

/**
 * What a tenant or a place may hold; null: as much as fits.
 *
 * @param bytes sum of the files' sizes
 * @param files number of files
 */
public record QuotaLimits(@Nullable Long bytes, @Nullable Long files) {
  public static final QuotaLimits NONE = new QuotaLimits(null, null);

  public boolean isNone() {
    return bytes == null && files == null;
  }
}
