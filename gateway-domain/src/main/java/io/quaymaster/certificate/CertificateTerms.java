package io.quaymaster.certificate;

import io.quaymaster.account.SourceRange;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a certificate says about its own use, for one try to log in. Critical options that are not
 * known refuse it, as PROTOCOL.certkeys demands. Pure.
 *
 * @param sftpOnly it has {@code force-command internal-sftp}
 * @param verifyRequired its security key must have verified the person
 */
public record CertificateTerms(boolean sftpOnly, boolean verifyRequired) {
  /** Why a certificate is refused by what it says itself. */
  public enum Objection {
    NOT_FOR_USERS,
    NOT_YET_VALID,
    EXPIRED,
    WRONG_PRINCIPAL,
    SOURCE_NOT_ALLOWED,
    COMMAND_NOT_SERVED,
    UNKNOWN_OPTION
  }

  /** Terms or objection. */
  public sealed interface Reading {
    record Fits(CertificateTerms terms) implements Reading {}

    record Refused(Objection objection) implements Reading {}
  }

  private static final String SFTP = "internal-sftp";

  /**
   * Whether a certificate lets in {@code username@tenant}. That name is to be among the principals,
   * or the username alone: an authority belongs to one tenant, so it can mean nobody else.
   */
  public static Reading read(
      UserCertificate certificate,
      String username,
      String tenant,
      InetAddress source,
      Instant now) {
    return objection(certificate, username, tenant, now)
        .<Reading>map(Reading.Refused::new)
        .orElseGet(() -> options(certificate, source));
  }

  private static Optional<Objection> objection(
      UserCertificate certificate, String username, String tenant, Instant now) {
    if (!certificate.isForUsers()) {
      return Optional.of(Objection.NOT_FOR_USERS);
    }
    long seconds = now.getEpochSecond();
    if (Long.compareUnsigned(seconds, certificate.validAfter()) < 0) {
      return Optional.of(Objection.NOT_YET_VALID);
    }
    if (Long.compareUnsigned(seconds, certificate.validBefore()) >= 0) {
      return Optional.of(Objection.EXPIRED);
    }
    List<String> principals = certificate.principals();
    return principals.contains(username) || principals.contains(username + "@" + tenant)
        ? Optional.empty()
        : Optional.of(Objection.WRONG_PRINCIPAL);
  }

  private static Reading options(UserCertificate certificate, InetAddress source) {
    boolean sftpOnly = false;
    boolean verifyRequired = false;
    for (Map.Entry<String, byte[]> option : certificate.criticalOptions().entrySet()) {
      switch (option.getKey()) {
        case "source-address" -> {
          if (!allows(text(option.getValue()), source)) {
            return new Reading.Refused(Objection.SOURCE_NOT_ALLOWED);
          }
        }
        case "force-command" -> {
          if (!SFTP.equals(text(option.getValue()))) {
            return new Reading.Refused(Objection.COMMAND_NOT_SERVED);
          }
          sftpOnly = true;
        }
        case "verify-required" -> {
          if (option.getValue().length > 0 || !certificate.key().type().startsWith("sk-")) {
            return new Reading.Refused(Objection.UNKNOWN_OPTION);
          }
          verifyRequired = true;
        }
        default -> {
          return new Reading.Refused(Objection.UNKNOWN_OPTION);
        }
      }
    }
    return new Reading.Fits(new CertificateTerms(sftpOnly, verifyRequired));
  }

  /** An option's data is a string within its string; empty if it is anything else. */
  private static String text(byte[] data) {
    try {
      SshBytes in = new SshBytes(data);
      String text = in.text();
      return in.hasMore() ? "" : text;
    } catch (IllegalArgumentException damaged) {
      return "";
    }
  }

  /** A list with anything in it that cannot be read allows nothing. */
  private static boolean allows(String commaSeparated, InetAddress source) {
    List<SourceRange> ranges = new ArrayList<>();
    for (String range : commaSeparated.split(",", -1)) {
      try {
        ranges.add(SourceRange.parse(range));
      } catch (IllegalArgumentException notARange) {
        return false;
      }
    }
    return SourceRange.allow(ranges, source);
  }
}
