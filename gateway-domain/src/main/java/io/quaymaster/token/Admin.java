package io.quaymaster.token;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request to the admin API.
 *
 * @param tokenName what the audit log calls the admin
 * @param tenant the only one that it sees; null: all
 * @param scopes what it may do, of what the role may
 */
public record Admin(
    String tokenName, TokenRole role, @Nullable OwnTenant tenant, Set<Scope> scopes) {
  /**
   * The one tenant that a tenant admin sees.
   *
   * @param createdAt history before it belongs to an earlier tenant of that name
   */
  public record OwnTenant(long id, String name, Instant createdAt) {}

  public Admin {
    scopes = Set.copyOf(scopes);
    if (!role.fits(tenant != null) || !role.scopes().containsAll(scopes)) {
      throw new IllegalArgumentException("more than the role of " + role.wireName());
    }
  }

  /** A platform admin, or a tenant's, that may do all that these may. */
  public Admin(String tokenName, @Nullable OwnTenant tenant) {
    this(
        tokenName,
        tenant == null ? TokenRole.PLATFORM_ADMIN : TokenRole.TENANT_ADMIN,
        tenant,
        (tenant == null ? TokenRole.PLATFORM_ADMIN : TokenRole.TENANT_ADMIN).scopes());
  }

  public boolean isPlatformAdmin() {
    return role == TokenRole.PLATFORM_ADMIN;
  }

  /** Whether nothing is hidden from it; it need not be allowed to change anything. */
  public boolean seesAllTenants() {
    return tenant == null;
  }

  /** Whether the admin may know that something in this tenant exists. */
  public boolean sees(@Nullable String tenantName) {
    return tenant == null || tenant.name().equals(tenantName);
  }

  public boolean may(Scope scope) {
    return scopes.contains(scope);
  }
}
