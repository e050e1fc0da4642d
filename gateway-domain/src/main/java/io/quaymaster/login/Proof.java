package io.quaymaster.login;

import io.quaymaster.certificate.UserCertificate;
import io.quaymaster.credential.AuthenticationMethod;
import java.util.List;

/**
 * What somebody has shown to know or to hold. Only the door makes one, and looks at it again when
 * it makes the grant.
 */
sealed interface Proof {
  AuthenticationMethod method();

  /**
   * @param hash that the password fits; if the account has another one by the time of the grant, it
   *     proves nothing
   */
  record Password(AuthenticationMethod method, String hash) implements Proof {
    @Override
    public String toString() {
      return "password";
    }
  }

  /** A code of an authenticator app or a recovery code; it is used up. */
  record Code() implements Proof {
    @Override
    public AuthenticationMethod method() {
      return AuthenticationMethod.CODE;
    }
  }

  /** Whoever holds a key, alone or certified. */
  sealed interface OfKey extends Proof {
    /** Of the key itself. No key proves anything twice. */
    String fingerprint();

    @Override
    default AuthenticationMethod method() {
      return AuthenticationMethod.PUBLICKEY;
    }
  }

  /** An authorised key. */
  record Key(String fingerprint) implements OfKey {}

  record Certificate(UserCertificate certificate) implements OfKey {
    @Override
    public String fingerprint() {
      return certificate.key().fingerprint();
    }
  }

  static List<AuthenticationMethod> methods(List<Proof> proofs) {
    return proofs.stream().map(Proof::method).toList();
  }
}
