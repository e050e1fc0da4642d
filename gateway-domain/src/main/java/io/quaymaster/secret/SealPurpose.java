package io.quaymaster.secret;

/**
 * What a secret was sealed for: a secret that somebody moves to another row does not open there.
 *
 * @param text the kind of secret and the identity of its row, which never changes
 */
public record SealPurpose(String text) {
  /** The secret access key of a store; neither tenants nor stores change their names. */
  public static SealPurpose storeCredentials(String tenant, String store) {
    return new SealPurpose("store-credentials:" + tenant + "/" + store);
  }

  /** An authenticator app's secret. */
  public static SealPurpose totp(String tenant, String username) {
    return new SealPurpose("totp:" + username + "@" + tenant);
  }
}
