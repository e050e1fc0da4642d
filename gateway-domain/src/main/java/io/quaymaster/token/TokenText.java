package io.quaymaster.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** What tokens look like and how they are hashed. */
public final class TokenText {
  /** Lets scanners of leaked secrets recognise one. */
  public static final String PREFIX = "qmt_";

  private static final int RANDOM_BYTES = 32;
  private static final RandomGenerator RANDOM = new SecureRandom();

  private TokenText() {}

  /** A new token with 256 random bits. */
  public static String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** SHA-256: a token has 256 random bits, so a slow hash would add nothing. */
  static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
