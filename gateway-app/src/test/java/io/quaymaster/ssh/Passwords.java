package io.quaymaster.ssh;

import io.quaymaster.account.PasswordHashes;
import io.quaymaster.login.PasswordCheck;
import org.jspecify.annotations.Nullable;

/** How passwords are kept and compared. */
interface Passwords extends PasswordCheck {
  /** As they are: what most tests are about is not the hash, which takes its time. */
  Passwords PLAIN = checking((password, hash) -> password.equals(hash));

  static Passwords checking(PasswordCheck plain) {
    return new Passwords() {
      @Override
      public String stored(String password) {
        return password;
      }

      @Override
      public boolean matches(String password, @Nullable String hash) {
        return plain.matches(password, hash);
      }
    };
  }

  /** As the product does. */
  static Passwords hashed(PasswordHashes hashes) {
    return new Passwords() {
      @Override
      public String stored(String password) {
        return hashes.hash(password);
      }

      @Override
      public boolean matches(String password, @Nullable String hash) {
        return hashes.matches(password, hash);
      }
    };
  }

  String stored(String password);
}
