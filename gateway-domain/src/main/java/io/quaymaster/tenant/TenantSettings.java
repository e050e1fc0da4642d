package io.quaymaster.tenant;

/**
 * What an admin may change about a tenant.
 *
 * @param displayName for people, 1 to 200 characters
 */
public record TenantSettings(String displayName, TenantLimits limits) {
  public static final int MAX_DISPLAY_NAME = 200;
}
