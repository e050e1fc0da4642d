package io.quaymaster.audit;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Short ids that a person can read out over the telephone: 8 characters of 32, 40 random bits. */
public final class CorrelationId {
  private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz023456789";
  private static final RandomGenerator RANDOM = new SecureRandom();

  private CorrelationId() {}

  public static String next() {
    long bits = RANDOM.nextLong();
    char[] text = new char[8];
    for (int i = 0; i < text.length; i++) {
      text[i] = ALPHABET.charAt((int) (bits & 31));
      bits >>>= 5;
    }
    return new String(text);
  }
}
