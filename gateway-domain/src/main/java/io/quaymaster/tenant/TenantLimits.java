package io.quaymaster.tenant;

import io.quaymaster.quota.QuotaLimits;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a tenant over all its accounts; null: none.
 *
 * @param bytes what all its stores together may hold
 * @param files how many files
 * @param sessions at once
 * @param bytesPerSecond in each direction
 */
public record TenantLimits(
    @Nullable Long bytes,
    @Nullable Long files,
    @Nullable Long sessions,
    @Nullable Long bytesPerSecond) {
  public static final TenantLimits NONE = new TenantLimits(null, null, null, null);

  QuotaLimits quota() {
    return new QuotaLimits(bytes, files);
  }
}
