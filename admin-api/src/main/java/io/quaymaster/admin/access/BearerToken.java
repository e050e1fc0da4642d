package io.quaymaster.admin.access;

import io.quaymaster.token.Admin;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** An admin whose token was found good. Keeps no copy of the token. */
final class BearerToken extends AbstractAuthenticationToken {
  private final transient Admin admin;

  BearerToken(Admin admin) {
    super(List.of());
    this.admin = admin;
    setAuthenticated(true);
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public Object getPrincipal() {
    return admin;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BearerToken that && super.equals(that) && admin.equals(that.admin);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + admin.hashCode();
  }
}
