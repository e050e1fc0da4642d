package io.quaymaster.account;

import io.quaymaster.quota.QuotaLimits;
import org.jspecify.annotations.Nullable;

/**
 * Limits of an account; null: none.
 *
 * @param bytes what the home's place may hold, shared by all accounts that live there
 * @param files how many files
 * @param sessions at once
 * @param bytesPerSecond in each direction
 * @param maxFileBytes size of one file
 */
public record AccountLimits(
    @Nullable Long bytes,
    @Nullable Long files,
    @Nullable Long sessions,
    @Nullable Long bytesPerSecond,
    @Nullable Long maxFileBytes) {
  public static final AccountLimits NONE = new AccountLimits(null, null, null, null, null);

  public QuotaLimits quota() {
    return new QuotaLimits(bytes, files);
  }
}
