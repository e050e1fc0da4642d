package io.quaymaster.login;

import io.quaymaster.account.SourceRange;
import io.quaymaster.certificate.CertificateSignatures;
import io.quaymaster.certificate.CertificateTerms;
import io.quaymaster.certificate.CertificateTerms.Objection;
import io.quaymaster.certificate.CertificateTerms.Reading;
import io.quaymaster.certificate.UserCertificate;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.AccountReader.Found;
import io.quaymaster.login.AuthorityReader.Authority;
import io.quaymaster.login.Grant.CredentialUsed;
import io.quaymaster.login.LoginDoor.Reason;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at keys and certificates: whether they would let somebody in who can sign with them. */
final class KeyCheck {
  sealed interface Answer {}

  record No(Reason reason) implements Answer {}

  /**
   * @param narrowing how it allows less than the account
   */
  record Yes(CredentialUsed credential, Narrowing narrowing, boolean verifyRequired)
      implements Answer {}

  private final AuthorityReader authorities;
  private final CertificateSignatures signatures;

  KeyCheck(AuthorityReader authorities, CertificateSignatures signatures) {
    this.authorities = authorities;
    this.signatures = signatures;
  }

  static Proof.OfKey proof(OfferedKey offered) {
    return switch (offered) {
      case OfferedKey.Plain(String fingerprint) -> new Proof.Key(fingerprint);
      case OfferedKey.Certified(UserCertificate certificate) -> new Proof.Certificate(certificate);
    };
  }

  /**
   * @param account found with the key's fingerprint; null: there is none, and what must not tell so
   *     is done all the same
   */
  Answer check(
      LoginName name, @Nullable Found account, Proof.OfKey proof, InetAddress source, Instant now) {
    return switch (proof) {
      case Proof.Key(String fingerprint) ->
          authorised(account == null ? null : account.key(), fingerprint, source, now);
      case Proof.Certificate(UserCertificate certificate) ->
          certified(name, certificate, source, now);
    };
  }

  private static Answer authorised(
      AccountReader.@Nullable Key key, String fingerprint, InetAddress source, Instant now) {
    if (key == null) {
      return new No(Reason.UNKNOWN_KEY);
    }
    if (AccountCheck.isPast(key.expiresAt(), now)) {
      return new No(Reason.KEY_EXPIRED);
    }
    return SourceRange.allow(key.sources(), source)
        ? new Yes(new CredentialUsed.PublicKey(key.id(), fingerprint), key.narrowing(), false)
        : new No(Reason.SOURCE_NOT_ALLOWED);
  }

  private Answer certified(
      LoginName name, UserCertificate certificate, InetAddress source, Instant now) {
    Optional<Authority> found = authorities.find(name, certificate);
    if (found.isEmpty()) {
      return new No(Reason.UNKNOWN_AUTHORITY);
    }
    Authority authority = found.get();
    if (!isSigned(certificate)) {
      return new No(Reason.CERTIFICATE_NOT_SIGNED);
    }
    if (authority.revoked()) {
      return new No(Reason.CERTIFICATE_REVOKED);
    }
    if (!authority.vouchesFor(name.username())) {
      return new No(Reason.AUTHORITY_NOT_ALLOWED);
    }
    return switch (CertificateTerms.read(
        certificate, name.username(), name.tenant(), source, now)) {
      case Reading.Refused(Objection objection) -> new No(reason(objection));
      case Reading.Fits(CertificateTerms terms) ->
          new Yes(
              used(authority, certificate),
              new Narrowing(false, null, terms.sftpOnly()),
              terms.verifyRequired());
    };
  }

  private boolean isSigned(UserCertificate certificate) {
    try {
      return signatures.hold(certificate);
    } catch (Exception unreadable) {
      return false;
    }
  }

  private static CredentialUsed used(Authority authority, UserCertificate certificate) {
    String keyId = ByteText.shown(ByteText.ofUnicode(certificate.keyIdText()));
    return new CredentialUsed.Certificate(
        authority.id(),
        certificate.key().fingerprint(),
        certificate.serial(),
        keyId.length() > 200 ? keyId.substring(0, 200) : keyId);
  }

  private static Reason reason(Objection objection) {
    return switch (objection) {
      case NOT_FOR_USERS -> Reason.CERTIFICATE_NOT_FOR_USERS;
      case NOT_YET_VALID -> Reason.CERTIFICATE_NOT_YET_VALID;
      case EXPIRED -> Reason.CERTIFICATE_EXPIRED;
      case WRONG_PRINCIPAL -> Reason.CERTIFICATE_WRONG_PRINCIPAL;
      case SOURCE_NOT_ALLOWED -> Reason.CERTIFICATE_SOURCE_NOT_ALLOWED;
      case COMMAND_NOT_SERVED -> Reason.CERTIFICATE_COMMAND_NOT_SERVED;
      case UNKNOWN_OPTION -> Reason.CERTIFICATE_UNKNOWN_OPTION;
    };
  }
}
