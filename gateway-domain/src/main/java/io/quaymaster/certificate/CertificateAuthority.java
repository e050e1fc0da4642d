package io.quaymaster.certificate;

import io.quaymaster.account.SshPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may sign user certificates for accounts of a tenant.
 *
 * @param label for people
 * @param accounts patterns of usernames that it may vouch for
 * @param revokedCertificates how many serials and key ids are revoked one by one
 * @param revocationListBytes of the list that was uploaded; null: none was
 */
public record CertificateAuthority(
    long id,
    String tenant,
    String label,
    SshPublicKey key,
    List<String> accounts,
    int revokedCertificates,
    @Nullable Integer revocationListBytes,
    Instant createdAt,
    Instant updatedAt) {
  public static final int MAX_PER_TENANT = 16;
  public static final int MAX_PATTERNS = 64;
  public static final int MAX_LABEL = 200;

  /** What {@code *} stands in is a username. */
  public static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._@+*-]{1,64}");

  /** Whether a username fits a pattern, in which {@code *} stands for any characters. */
  public static boolean fits(String pattern, String username) {
    String[] parts = pattern.split("\\*", -1);
    if (parts.length == 1) {
      return pattern.equals(username);
    }
    String first = parts[0];
    String last = parts[parts.length - 1];
    if (!username.startsWith(first)
        || !username.endsWith(last)
        || username.length() < first.length() + last.length()) {
      return false;
    }
    String middle = username.substring(first.length(), username.length() - last.length());
    int at = 0;
    for (int i = 1; i < parts.length - 1; i++) {
      int found = middle.indexOf(parts[i], at);
      if (found < 0) {
        return false;
      }
      at = found + parts[i].length();
    }
    return true;
  }
}
