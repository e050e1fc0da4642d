package io.quaymaster.login;

import io.quaymaster.certificate.UserCertificate;

/** What a client offers to sign with. */
public sealed interface OfferedKey {
  /**
   * @param fingerprint {@code SHA256:…} of the key's blob
   */
  record Plain(String fingerprint) implements OfferedKey {}

  record Certified(UserCertificate certificate) implements OfferedKey {}
}
