package io.quaymaster.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What lets in once when the authenticator app is lost: 80 random bits, written as {@code
 * abcd-efgh-ijkl-mnop}. Only its hash is stored.
 */
public final class RecoveryCode {
  /** How many an account has at a time. */
  public static final int COUNT = 10;

  private static final int RANDOM_BYTES = 10;
  private static final int GROUP = 4;
  private static final Pattern FORM = Pattern.compile("[A-Z2-7]{16}");

  private final String letters;

  private RecoveryCode(String letters) {
    this.letters = letters;
  }

  public static RecoveryCode random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new RecoveryCode(Base32.encode(bytes));
  }

  /** Reads what somebody typed: case, blanks and hyphens don't matter. */
  public static Optional<RecoveryCode> parse(String typed) {
    String letters = typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    return FORM.matcher(letters).matches()
        ? Optional.of(new RecoveryCode(letters))
        : Optional.empty();
  }

  /** To be shown once. */
  public String shown() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < letters.length(); i += GROUP) {
      text.append(i == 0 ? "" : "-").append(letters, i, i + GROUP);
    }
    return text.toString().toLowerCase(Locale.ROOT);
  }

  /** SHA-256. */
  public byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(letters.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "RecoveryCode[***]";
  }
}
