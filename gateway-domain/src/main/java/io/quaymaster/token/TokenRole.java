package io.quaymaster.token;

import java.util.Arrays;
import java.util.Optional;

/** What the bearer of a token may do. */
public enum TokenRole {
  /** Everything. */
  PLATFORM_ADMIN("platform-admin"),
  /** Accounts, keys and the history of one tenant. */
  TENANT_ADMIN("tenant-admin");

  private final String wireName;

  TokenRole(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  public static Optional<TokenRole> ofWireName(String name) {
    return Arrays.stream(values()).filter(r -> r.wireName.equals(name)).findFirst();
  }
}
