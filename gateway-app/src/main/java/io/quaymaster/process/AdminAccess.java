package io.quaymaster.process;

import io.quaymaster.admin.access.GuessLimits;
import io.quaymaster.admin.oidc.OidcSettings;
import io.quaymaster.admission.NetworkBlocks;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.OidcProperties;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** The settings of who may use the admin API, in the words of the API. */
final class AdminAccess {
  private AdminAccess() {}

  static GuessLimits guessLimits(GatewayProperties settings) {
    return new GuessLimits(
        settings.admin().wrongTokens().perMinute(),
        settings.admin().wrongTokens().triesPerSecond(),
        new NetworkBlocks(settings.admission().ipv4Prefix(), settings.admission().ipv6Prefix()));
  }

  /** Empty if nobody comes from an identity provider. */
  static Optional<OidcSettings> oidc(OidcProperties oidc) {
    String issuer = oidc.issuer();
    String jwkSet = oidc.jwkSetUri();
    String audience = oidc.audience();
    if (issuer == null || jwkSet == null || audience == null) {
      return Optional.empty();
    }
    return Optional.of(
        new OidcSettings(
            issuer,
            URI.create(jwkSet),
            audience,
            oidc.clockSkew(),
            new OidcSettings.Claims(oidc.nameClaim(), oidc.rolesClaim(), oidc.tenantClaim()),
            new OidcSettings.Roles(
                Set.copyOf(oidc.roles().platformAdmin()),
                Set.copyOf(oidc.roles().tenantAdmin()),
                Set.copyOf(oidc.roles().auditor()),
                Set.copyOf(oidc.roles().tenantAuditor()))));
  }
}
