package io.quaymaster.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request to the admin API.
 *
 * @param tokenName what the audit log calls the admin
 */
public record Admin(String tokenName, @Nullable OwnTenant tenant) {
  /**
   * The one tenant that a tenant admin sees.
   *
   * @param createdAt history before it belongs to an earlier tenant of that name
   */
  public record OwnTenant(long id, String name, Instant createdAt) {}

  public boolean isPlatformAdmin() {
    return tenant == null;
  }

  /** Whether the admin may know that something in this tenant exists. */
  public boolean sees(@Nullable String tenantName) {
    return tenant == null || tenant.name().equals(tenantName);
  }
}
