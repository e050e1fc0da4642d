package io.quaymaster.account;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A password that an admin gives to an account in the place of another.
 *
 * @param password plain; hashed before anything is stored
 * @param expiresAt null: as the tenant's policy says
 * @param keepPreviousUntil the password before lets in as well until then; null: from now on it
 *     does not
 */
public record NewPassword(
    String password, @Nullable Instant expiresAt, @Nullable Instant keepPreviousUntil) {
  /** Longer than partners need to change over, and no second password for ever. */
  public static final Duration MAX_OVERLAP = Duration.ofDays(90);

  public static NewPassword of(String password) {
    return new NewPassword(password, null, null);
  }

  @Override
  public String toString() {
    return "NewPassword[***]";
  }
}
