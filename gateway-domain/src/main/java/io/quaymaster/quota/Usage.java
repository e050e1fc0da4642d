package io.quaymaster.quota;

import org.jspecify.annotations.Nullable;

/** What a tenant or a place holds and may hold. */
public record Usage(Amount bytes, Amount files) {
  /**
   * @param used what the stores hold
   * @param reserved granted to running gateways and not settled
   * @param limit null: none
   */
  public record Amount(long used, long reserved, @Nullable Long limit) {}
}
