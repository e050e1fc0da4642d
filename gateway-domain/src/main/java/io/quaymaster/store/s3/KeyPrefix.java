package io.quaymaster.store.s3;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileName;
import java.nio.charset.StandardCharsets;

/**
 * What all keys of a store begin with: empty for the whole bucket, else ending in a slash, with no
 * component that is empty, {@code .} or {@code ..}.
 */
public record KeyPrefix(String text) {
  /** Half of what a key may have (1024 bytes), so that names below have room. */
  public static final int MAX_BYTES = 512;

  public KeyPrefix {
    if (!text.equals(canonical(text))) {
      throw new IllegalArgumentException("not canonical: " + text);
    }
  }

  /**
   * Reads what an admin wrote; only a missing slash at the end doesn't matter. Other slashes do: in
   * a bucket {@code a//b} is not {@code a/b}.
   *
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static KeyPrefix parse(String written) {
    return new KeyPrefix(canonical(written));
  }

  private static String canonical(String written) {
    if (written.isEmpty()) {
      return written;
    }
    if (written.codePoints().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("must not hold control characters");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(written)) {
      throw new IllegalArgumentException("must be Unicode text");
    }
    String text = written.endsWith("/") ? written : written + "/";
    if (ByteText.ofUnicode(text).length() > MAX_BYTES) {
      throw new IllegalArgumentException("must have at most " + MAX_BYTES + " bytes");
    }
    try {
      for (String name : text.substring(0, text.length() - 1).split("/", -1)) {
        FileName _ = FileName.ofUnicode(name);
      }
    } catch (IllegalArgumentException notNames) {
      throw new IllegalArgumentException(
          "must be empty or names with a slash after each, like \"in/partners/\": no slash at its"
              + " beginning, no \".\", \"..\" or empty name, each name at most 255 bytes",
          notNames);
    }
    return text;
  }

  /** Whether one is the other or lies in it. */
  public boolean overlaps(KeyPrefix other) {
    return text.startsWith(other.text) || other.text.startsWith(text);
  }
}
