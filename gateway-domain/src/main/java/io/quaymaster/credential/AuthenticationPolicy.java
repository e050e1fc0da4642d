package io.quaymaster.credential;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who says what lets in, and when. What an account leaves open, its tenant says.
 *
 * @param methods null: of an account the tenant's, of a tenant {@link
 *     AuthenticationMethods#DEFAULT}
 * @param hours null: of an account the tenant's, of a tenant always
 */
public record AuthenticationPolicy(
    @Nullable AuthenticationMethods methods, @Nullable AccessHours hours) {
  public static final AuthenticationPolicy OPEN = new AuthenticationPolicy(null, null);

  /** As tables keep it. */
  public static AuthenticationPolicy ofColumns(
      @Nullable List<String> chains, @Nullable String zone, @Nullable List<String> windows) {
    return new AuthenticationPolicy(
        chains == null ? null : AuthenticationMethods.of(chains),
        zone == null || windows == null ? null : AccessHours.of(zone, windows));
  }
}
