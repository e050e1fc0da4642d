package io.quaymaster.admin.access;

import io.quaymaster.admin.oidc.JwtAdmins;
import io.quaymaster.token.Admin;
import io.quaymaster.token.TokenCheck;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one place that says whose a bearer token is, of whichever kind it is. Threads: any. */
final class Bearers {
  private final TokenCheck tokens;
  private final @Nullable JwtAdmins jwts;

  /**
   * @param jwts null: nobody comes from an identity provider
   */
  Bearers(TokenCheck tokens, @Nullable JwtAdmins jwts) {
    this.tokens = tokens;
    this.jwts = jwts;
  }

  /**
   * Empty for a token that is nobody's: why is nobody's business.
   *
   * @throws RuntimeException whose it is cannot be said now
   */
  Optional<Admin> check(String token) {
    return jwts != null && JwtAdmins.hasForm(token) && !tokens.isBootstrap(token)
        ? jwts.check(token)
        : tokens.check(token);
  }
}
