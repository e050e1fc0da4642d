package io.quaymaster.admin.access;

import io.quaymaster.token.Scope;
import io.quaymaster.token.TokenRole;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Who may call a handler: an admin of this reach whose token has the scope. A handler without it is
 * refused. A tenant's admin is let in only where the path (or the parameter) {@code tenant} names
 * its own tenant, or names none.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Allowed {
  /**
   * {@link TokenRole#PLATFORM_ADMIN} for admins of the whole platform only; {@link
   * TokenRole#TENANT_ADMIN} for those of a tenant as well. An auditor stands beside the admin whose
   * reach it has, as far as the scope is one for reading.
   */
  TokenRole role();

  Scope scope();
}
