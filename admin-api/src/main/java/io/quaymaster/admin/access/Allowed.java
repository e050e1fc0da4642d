package io.quaymaster.admin.access;

import io.quaymaster.token.TokenRole;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Who may call a handler. A handler without it is refused. A tenant admin is let in only where the
 * path (or the parameter) {@code tenant} names its own tenant, or names none.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Allowed {
  /** The least role. */
  TokenRole value();
}
