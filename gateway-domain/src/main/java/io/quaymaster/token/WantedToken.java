package io.quaymaster.token;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token that an admin asks for.
 *
 * @param tenant null: of the whole platform
 * @param scopes null: all that the role may
 * @param expiresAt null: never
 */
public record WantedToken(
    String name,
    TokenRole role,
    @Nullable String tenant,
    @Nullable Set<Scope> scopes,
    @Nullable Instant expiresAt) {
  public WantedToken {
    scopes = scopes == null ? null : Set.copyOf(scopes);
  }

  /** All that it may do. */
  Set<Scope> reach() {
    return scopes == null ? role.scopes() : scopes;
  }
}
