package io.quaymaster.account;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that an admin gives to an account.
 *
 * @param label for people; may be empty
 * @param expiresAt null: never
 * @param sources empty: anywhere that the account may come from
 */
public record NewKey(
    SshPublicKey key, String label, @Nullable Instant expiresAt, List<SourceRange> sources) {
  public NewKey {
    sources = List.copyOf(sources);
  }
}
