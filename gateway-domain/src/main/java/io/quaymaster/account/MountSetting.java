package io.quaymaster.account;

import io.quaymaster.access.Permission;
import io.quaymaster.files.RealPath;
import io.quaymaster.quota.QuotaLimits;
import io.quaymaster.store.PlacePath;
import java.util.Set;

/**
 * A further store in an account's view.
 *
 * @param path where it is seen; not {@code /}
 * @param store name of a store of the account's tenant
 * @param prefix the path in the store that is seen there
 * @param limits of the place that store and prefix make
 */
public record MountSetting(
    RealPath path,
    String store,
    PlacePath prefix,
    Set<Permission> permissions,
    QuotaLimits limits) {
  public MountSetting {
    permissions = Set.copyOf(permissions);
  }
}
