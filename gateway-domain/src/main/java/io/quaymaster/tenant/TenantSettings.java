package io.quaymaster.tenant;

import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.credential.PasswordPolicy;

/**
 * What an admin may change about a tenant.
 *
 * @param displayName for people, 1 to 200 characters
 * @param authentication for the accounts that say nothing themselves
 */
public record TenantSettings(
    String displayName,
    TenantLimits limits,
    AuthenticationPolicy authentication,
    PasswordPolicy passwords) {
  public static final int MAX_DISPLAY_NAME = 200;
}
