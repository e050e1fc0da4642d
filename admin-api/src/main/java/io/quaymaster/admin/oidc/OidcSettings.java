package io.quaymaster.admin.oidc;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Whose tokens are believed, and what they say of an admin.
 *
 * @param issuer exactly what {@code iss} says
 * @param jwkSet where its public keys are (RFC 7517, section 5)
 * @param audience what {@code aud} must have among its values: this gateway
 * @param skew by which the provider's clock may differ
 */
public record OidcSettings(
    String issuer, URI jwkSet, String audience, Duration skew, Claims claims, Roles roles) {
  /**
   * Names of claims; a dot leads into an object, unless a claim has the whole name.
   *
   * @param name what the audit log calls the admin
   * @param roles a text, or a list of them
   * @param tenant a text
   */
  public record Claims(String name, String roles, String tenant) {}

  /**
   * Which values of the claim of roles make somebody what. Of several roles the first counts.
   *
   * @param auditors who read of the whole platform
   * @param tenantAuditors who read of the tenant that their claim names
   */
  public record Roles(
      Set<String> platformAdmins,
      Set<String> tenantAdmins,
      Set<String> auditors,
      Set<String> tenantAuditors) {
    public Roles {
      platformAdmins = Set.copyOf(platformAdmins);
      tenantAdmins = Set.copyOf(tenantAdmins);
      auditors = Set.copyOf(auditors);
      tenantAuditors = Set.copyOf(tenantAuditors);
    }
  }
}
