package io.quaymaster.certificate;

import java.time.Instant;

/** Certificates of an authority that count no more. */
public sealed interface Revocation {
  int MAX_PER_AUTHORITY = 10_000;
  int MAX_KEY_ID = 1024;

  /** As the database names it. */
  String kind();

  /** As the database keeps it. */
  String value();

  /**
   * @param serial unsigned; not 0, which stands for none
   */
  record Serial(long serial) implements Revocation {
    /**
     * @throws IllegalArgumentException with a reason for the admin
     */
    public static Serial parse(String decimal) {
      try {
        if (decimal.matches("[1-9][0-9]{0,19}")) {
          return new Serial(Long.parseUnsignedLong(decimal));
        }
      } catch (NumberFormatException tooLarge) {
        // Said below.
      }
      throw new IllegalArgumentException("must be a number from 1 to 18446744073709551615");
    }

    @Override
    public String kind() {
      return "serial";
    }

    @Override
    public String value() {
      return Long.toUnsignedString(serial);
    }
  }

  record KeyId(String keyId) implements Revocation {
    @Override
    public String kind() {
      return "key-id";
    }

    @Override
    public String value() {
      return keyId;
    }
  }

  /** One that holds, and since when. */
  record Recorded(Revocation revocation, Instant createdAt) {}
}
