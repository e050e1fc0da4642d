package io.quaymaster.login;

import org.jspecify.annotations.Nullable;

/** Compares a password with a stored hash. Threads: any; may wait for its turn. */
@FunctionalInterface
public interface PasswordCheck {
  /**
   * @param hash null if there is none to compare with: then it takes as long as if there were, and
   *     says no
   * @return whether it fits; false also if there is no turn within the time allowed
   */
  boolean matches(String password, @Nullable String hash);
}
