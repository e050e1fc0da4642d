package io.quaymaster.account;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.credential.AuthenticationPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that an admin may change about an account, but for its credentials.
 *
 * @param mounts in the order in which the admin wrote them; no two at one path
 * @param permissions in the home; a mount has its own
 * @param sources where clients may come from; empty: anywhere
 * @param expiresAt null: never
 * @param authentication what it leaves open, the tenant says
 */
public record AccountSettings(
    HomeSetting home,
    List<MountSetting> mounts,
    AccountLimits limits,
    Set<Permission> permissions,
    Set<Protocol> protocols,
    List<SourceRange> sources,
    @Nullable Instant expiresAt,
    PublishMode publish,
    SftpSettings sftp,
    AuthenticationPolicy authentication) {
  public static final int MAX_MOUNTS = 16;
  public static final int MAX_SOURCES = 64;

  public AccountSettings {
    mounts = List.copyOf(mounts);
    permissions = Set.copyOf(permissions);
    protocols = Set.copyOf(protocols);
    sources = List.copyOf(sources);
  }
}
