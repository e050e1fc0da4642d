package io.quaymaster.admin.oidc;

/** Whether a token is good cannot be said, because the provider's keys cannot be read. */
public final class IdentityProviderAway extends RuntimeException {
  IdentityProviderAway(Throwable cause) {
    super("The keys of the identity provider cannot be read.", cause);
  }

  @Override
  public String getMessage() {
    return "The keys of the identity provider cannot be read.";
  }
}
