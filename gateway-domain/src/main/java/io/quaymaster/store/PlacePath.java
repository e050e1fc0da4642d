package io.quaymaster.store;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.StoreKey;
import io.quaymaster.files.VirtualPath;
import java.nio.charset.StandardCharsets;

/**
 * A path in a store that an admin wrote, in the one form that is stored and compared: relative,
 * UTF-8, no empty component, {@code .} or {@code ..}; {@code ""} for the root.
 */
public record PlacePath(String text) {
  public PlacePath {
    if (!canonical(text).equals(text)) {
      throw new IllegalArgumentException("not canonical: " + text);
    }
  }

  /**
   * Reads what an admin wrote; leading, trailing and double slashes don't matter.
   *
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static PlacePath parse(String written) {
    if (written.codePoints().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("must not hold control characters");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(written)) {
      throw new IllegalArgumentException("must be Unicode text");
    }
    return new PlacePath(canonical(written));
  }

  private static String canonical(String written) {
    if (ByteText.ofUnicode(written).length() > VirtualPath.MAX_BYTES) {
      throw new IllegalArgumentException("must have at most " + VirtualPath.MAX_BYTES + " bytes");
    }
    try {
      return new String(
          ByteText.bytes(StoreKey.ofPlace(written).byteText()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notNames) {
      throw new IllegalArgumentException(
          "must be a relative path without \".\" and \"..\", each name at most 255 bytes",
          notNames);
    }
  }

  public StoreKey key() {
    return StoreKey.ofPlace(text);
  }

  public boolean isRoot() {
    return text.isEmpty();
  }

  /** Whether one is the other or lies in it. */
  public boolean overlaps(PlacePath other) {
    return key().startsWith(other.key()) || other.key().startsWith(key());
  }
}
