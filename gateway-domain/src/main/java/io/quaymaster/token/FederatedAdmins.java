package io.quaymaster.token;

import io.quaymaster.tenant.TenantRepository;
import java.time.Instant;
import java.util.Optional;
import org.springframework.transaction.support.TransactionOperations;

/** Admins that somebody else vouches for, an identity provider. Threads: any. */
public class FederatedAdmins {
  /** What the audit log calls them begins so, and no API token's name does. */
  public static final String PREFIX = "oidc:";

  private final TenantRepository tenants;
  private final TransactionOperations transaction;

  FederatedAdmins(TenantRepository tenants, TransactionOperations transaction) {
    this.tenants = tenants;
    this.transaction = transaction;
  }

  /** An admin of the whole platform, who may do all that the role may. */
  public Admin ofPlatform(String name, TokenRole role) {
    return new Admin(PREFIX + name, role, null, role.scopes());
  }

  /**
   * An admin of one tenant, who may do all that the role may there.
   *
   * @param vouchedAt a tenant that is younger is another one of that name
   * @return empty if there is no such tenant
   */
  public Optional<Admin> ofTenant(String name, TokenRole role, String tenant, Instant vouchedAt) {
    return transaction.execute(
        _ ->
            tenants
                .findByName(tenant)
                .filter(t -> !vouchedAt.isBefore(t.createdAt()))
                .map(t -> new Admin.OwnTenant(t.id(), t.name(), t.createdAt()))
                .map(own -> new Admin(PREFIX + name, role, own, role.scopes())));
  }
}
