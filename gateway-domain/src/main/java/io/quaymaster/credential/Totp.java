package io.quaymaster.credential;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Codes by time (RFC 6238) as authenticator apps make them: HMAC-SHA-1, steps of 30 seconds, six
 * digits. A step before and one after are taken too, because clocks differ (section 5.2).
 */
public final class Totp {
  /** RFC 4226 section 4 recommends 160 bits. */
  private static final int SECRET_BYTES = 20;

  private static final int STEP_SECONDS = 30;
  private static final int DIGITS = 6;
  private static final int MODULUS = 1_000_000;
  private static final int WINDOW = 1;

  private final byte[] secret;

  private Totp(byte[] secret) {
    this.secret = secret;
  }

  public static Totp random() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return new Totp(secret);
  }

  /**
   * @param base32 as {@link #base32} gave it
   */
  public static Totp ofBase32(String base32) {
    return new Totp(Base32.decode(base32));
  }

  /** The secret as people type it into their app. */
  public String base32() {
    return Base32.encode(secret);
  }

  /**
   * What an app reads from a QR code (Google Authenticator's Key Uri Format).
   *
   * @param login shown in the app, for example {@code alice@acme}
   */
  public String uri(String issuer, String login) {
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d"
        .formatted(
            encoded(issuer), encoded(login), base32(), encoded(issuer), DIGITS, STEP_SECONDS);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public static long stepAt(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), STEP_SECONDS);
  }

  /** Whether a text can be a code at all. */
  public static boolean isForm(String text) {
    return text.length() == DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The step whose code this is, if it is one of now; the same work whichever it is. */
  public OptionalLong stepOf(String code, Instant now) {
    byte[] given = code.getBytes(StandardCharsets.UTF_8);
    OptionalLong found = OptionalLong.empty();
    long middle = stepAt(now);
    for (long step = middle - WINDOW; step <= middle + WINDOW; step++) {
      if (MessageDigest.isEqual(given, codeAt(step).getBytes(StandardCharsets.UTF_8))) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  /** RFC 4226, section 5.3. */
  public String codeAt(long step) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret, "HmacSHA1"));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & 0xf;
      int number = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & 0x7fff_ffff;
      return "%06d".formatted(number % MODULUS);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HmacSHA1", impossible);
    }
  }

  @Override
  public String toString() {
    return "Totp[***]";
  }
}
