package io.quaymaster.account;

import io.quaymaster.files.RealPath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that an admin gives to an account.
 *
 * @param label for people; may be empty
 * @param expiresAt null: never
 * @param sources empty: anywhere that the account may come from
 * @param readOnly whoever comes in by it changes nothing, whatever the account may
 * @param directory all that is seen by it of the account's view; null: all
 */
public record NewKey(
    SshPublicKey key,
    String label,
    @Nullable Instant expiresAt,
    List<SourceRange> sources,
    boolean readOnly,
    @Nullable RealPath directory) {
  public NewKey {
    sources = List.copyOf(sources);
  }
}
