package io.quaymaster.certificate;

/** Who can check signatures of SSH keys. Threads: any. */
@FunctionalInterface
public interface CertificateSignatures {
  /**
   * Whether the authority that a certificate names has signed it. An exception is a no.
   *
   * @throws Exception if key or signature cannot be read
   */
  boolean hold(UserCertificate certificate) throws Exception;
}
