package io.quaymaster.accountfiles;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Permission;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import java.util.Set;

/** Asks the policy, and says no in the policy's words. Immutable. */
public final class Guard {
  private final AccessPolicy policy;

  public Guard(AccessPolicy policy) {
    this.policy = policy;
  }

  boolean allows(Permission permission, RealPath path) {
    return policy.allows(permission, path);
  }

  Set<Permission> allowed(RealPath path) {
    return policy.allowed(path);
  }

  /**
   * @throws FileFailure NOT_PERMITTED or READ_ONLY
   */
  public void require(Permission permission, RealPath path) throws FileFailure {
    if (!policy.allows(permission, path)) {
      throw refusal(permission);
    }
  }

  /**
   * Attributes may be seen where names may be listed, and also by who may read or write what is
   * there.
   *
   * @throws FileFailure NOT_PERMITTED
   */
  public void requireToSee(RealPath path) throws FileFailure {
    Set<Permission> allowed = policy.allowed(path);
    if (!allowed.contains(Permission.LIST)
        && !allowed.contains(Permission.READ)
        && !allowed.contains(Permission.WRITE)) {
      throw refusal(Permission.LIST);
    }
  }

  /** The refusal of anything that changes something. */
  FileFailure refusal(Permission permission) {
    boolean changes = permission != Permission.LIST && permission != Permission.READ;
    return policy.readOnly() && changes
        ? new FileFailure(Kind.READ_ONLY, "this account is read-only")
        : new FileFailure(
            Kind.NOT_PERMITTED,
            "this account lacks the permission '" + permission.wireName() + "' here");
  }
}
