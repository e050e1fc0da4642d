package io.quaymaster.audit.chain;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes values so that no two series of values have the same bytes. ADR 13 is the specification:
 * numbers are big-endian, times are microseconds since 1970, a text is a 1, its length in four
 * bytes and its UTF-8, and no text is a 0. Threads: one.
 */
final class CanonicalBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

  CanonicalBytes version(int number) {
    bytes.write(number);
    return this;
  }

  CanonicalBytes text(@Nullable String value) {
    if (value == null) {
      bytes.write(0);
      return this;
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    bytes.write(1);
    count(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  CanonicalBytes number(long value) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    return this;
  }

  private void count(int value) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  CanonicalBytes time(Instant value) {
    return number(ChronoUnit.MICROS.between(Instant.EPOCH, value));
  }

  CanonicalBytes id(UUID value) {
    return number(value.getMostSignificantBits()).number(value.getLeastSignificantBits());
  }

  CanonicalBytes hash(ChainHash value) {
    bytes.writeBytes(value.bytes());
    return this;
  }

  /** In the order of the keys' code points, which is the order of their UTF-8. */
  CanonicalBytes details(Map<String, String> values) {
    SortedMap<String, String> sorted = new TreeMap<>(CanonicalBytes::byCodePoints);
    sorted.putAll(values);
    count(sorted.size());
    sorted.forEach((key, value) -> text(key).text(value));
    return this;
  }

  /** Not {@link String#compareTo}, which compares UTF-16 and puts U+FFFD behind U+10000. */
  private static int byCodePoints(String one, String other) {
    byte[] left = one.getBytes(StandardCharsets.UTF_8);
    byte[] right = other.getBytes(StandardCharsets.UTF_8);
    return Arrays.compareUnsigned(left, right);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
