package io.quaymaster.token;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** What the bearer of a token may do. */
public enum TokenRole {
  /** Everything. */
  PLATFORM_ADMIN("platform-admin"),
  /** Accounts, keys and the history of one tenant. */
  TENANT_ADMIN("tenant-admin"),
  /** Reads everything, of one tenant or of all, and changes nothing. */
  AUDITOR("auditor");

  private final String wireName;

  TokenRole(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** The most that a token of this role may do. */
  public Set<Scope> scopes() {
    return Arrays.stream(Scope.values()).filter(this::includes).collect(toUnmodifiableSet());
  }

  private boolean includes(Scope scope) {
    return switch (this) {
      case PLATFORM_ADMIN -> true;
      case TENANT_ADMIN -> scope != Scope.TENANTS_WRITE && scope != Scope.STORES_WRITE;
      case AUDITOR -> scope.isRead();
    };
  }

  /** Whether the role is one in a tenant, or one in all of the platform. */
  boolean fits(boolean ofTenant) {
    return switch (this) {
      case PLATFORM_ADMIN -> !ofTenant;
      case TENANT_ADMIN -> ofTenant;
      case AUDITOR -> true;
    };
  }

  public static Optional<TokenRole> ofWireName(String name) {
    return Arrays.stream(values()).filter(r -> r.wireName.equals(name)).findFirst();
  }
}
