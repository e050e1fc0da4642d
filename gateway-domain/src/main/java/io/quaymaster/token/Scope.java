package io.quaymaster.token;

import java.util.Arrays;
import java.util.Optional;

/**
 * A part of what the admin API does: reading or changing one kind of thing. Changing does not
 * include reading.
 */
public enum Scope {
  /** Tenants, their limits and usage. */
  TENANTS_READ("tenants:read"),
  TENANTS_WRITE("tenants:write"),
  STORES_READ("stores:read"),
  /** Also sweeping one. */
  STORES_WRITE("stores:write"),
  /** Accounts, their usage, and why something is refused to one. */
  ACCOUNTS_READ("accounts:read"),
  /** Also their passwords. */
  ACCOUNTS_WRITE("accounts:write"),
  /** What lets accounts in: keys, authenticator apps, certificate authorities. Never a secret. */
  KEYS_READ("keys:read"),
  KEYS_WRITE("keys:write"),
  SESSIONS_READ("sessions:read"),
  /** Ending them. */
  SESSIONS_WRITE("sessions:write"),
  BANS_READ("bans:read"),
  BANS_WRITE("bans:write"),
  /** The audit log, transfers, and failed handshakes. Nobody writes there. */
  AUDIT_READ("audit:read"),
  TOKENS_READ("tokens:read"),
  TOKENS_WRITE("tokens:write");

  private static final String READ = ":read";

  private final String wireName;

  Scope(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** Whether nothing is changed by it. */
  public boolean isRead() {
    return wireName.endsWith(READ);
  }

  public static Optional<Scope> ofWireName(String name) {
    return Arrays.stream(values()).filter(s -> s.wireName.equals(name)).findFirst();
  }
}
