package io.quaymaster.credential;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant demands of new passwords, and how long they last.
 *
 * @param minLength in characters; null: {@link #DEFAULT_MIN_LENGTH}
 * @param maxAgeDays since a password was set; null: for ever
 */
public record PasswordPolicy(@Nullable Integer minLength, @Nullable Integer maxAgeDays) {
  public static final PasswordPolicy DEFAULT = new PasswordPolicy(null, null);
  public static final int DEFAULT_MIN_LENGTH = 8;
  public static final int MAX_MIN_LENGTH = 128;
  public static final int MAX_AGE_DAYS = 3650;

  /**
   * What every guesser tries first. NIST SP 800-63B section 5.1.1.2 asks for such a list, and for
   * no rules about kinds of characters.
   */
  private static final Set<String> COMMON =
      Set.of(
          "password",
          "password1",
          "password12",
          "password123",
          "password1234",
          "passw0rd",
          "p@ssw0rd",
          "p@ssword",
          "pa$$word",
          "12345678",
          "123456789",
          "1234567890",
          "0123456789",
          "87654321",
          "987654321",
          "11111111",
          "00000000",
          "88888888",
          "12341234",
          "11223344",
          "123123123",
          "qwertyui",
          "qwertyuiop",
          "qwerty123",
          "qwerty1234",
          "1q2w3e4r",
          "1q2w3e4r5t",
          "1qaz2wsx",
          "q1w2e3r4",
          "zaq12wsx",
          "asdfghjk",
          "asdfghjkl",
          "zxcvbnm1",
          "abcd1234",
          "abc12345",
          "aa123456",
          "a1b2c3d4",
          "iloveyou",
          "iloveyou1",
          "sunshine",
          "princess",
          "football",
          "baseball",
          "superman",
          "trustno1",
          "welcome1",
          "welcome123",
          "letmein1",
          "letmein123",
          "changeme",
          "changeme1",
          "changeme123",
          "changeit",
          "administrator",
          "admin123",
          "admin1234",
          "administrator1",
          "computer",
          "internet",
          "starwars",
          "whatever",
          "michelle",
          "jennifer",
          "secret123",
          "default1",
          "test1234",
          "testtest",
          "temp1234",
          "transfer",
          "filetransfer",
          "sftpuser",
          "sftp1234",
          "guest123",
          "summer2024",
          "winter2024",
          "summer2025",
          "winter2025",
          "summer2026",
          "winter2026",
          "company1",
          "company123",
          "monday123");

  /**
   * Why a password may not be given to an account; empty if it may.
   *
   * @param username which is no secret, and neither is it backwards or with capitals
   */
  public Optional<String> objection(String password, String username) {
    int least = minLength == null ? DEFAULT_MIN_LENGTH : minLength;
    if (password.codePointCount(0, password.length()) < least) {
      return Optional.of("must have at least " + least + " characters");
    }
    String lower = password.toLowerCase(Locale.ROOT);
    String name = username.toLowerCase(Locale.ROOT);
    if (lower.equals(name) || lower.contentEquals(new StringBuilder(name).reverse())) {
      return Optional.of("must not be the username");
    }
    return COMMON.contains(lower)
        ? Optional.of("is among the most common passwords")
        : Optional.empty();
  }
}
