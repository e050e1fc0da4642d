package io.quaymaster.storage.s3;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.StoreKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Turns names, which are any bytes, into object keys, which are Unicode text, and back.
 *
 * <p>A name that is UTF-8 without control characters is its own key. Every other byte, and every
 * byte of a character that we use ourselves, becomes one character of the private use area, {@code
 * U+F700} plus the byte. So each name has one key. A key that no name has (with a component that is
 * empty, a dot or longer than a name, or with control characters) is not shown and cannot be
 * reached; only other tools can make one.
 */
final class KeyNames {
  /** Amazon S3's limit, in bytes of UTF-8. */
  static final int MAX_KEY_BYTES = 1024;

  /** A directory of the root that no client sees: parts that are gathered lie there. */
  static final String SCRATCH = ".quaymaster-scratch";

  /** As servers list keys: by the bytes of UTF-8, which is by characters and not by UTF-16. */
  static final Comparator<String> ORDER =
      (one, other) -> Arrays.compare(one.codePoints().toArray(), other.codePoints().toArray());

  private static final int ESCAPED = 0xF700;

  private final String prefix;

  /**
   * @param prefix of all keys: empty, or ending in a slash
   */
  KeyNames(String prefix) {
    this.prefix = prefix;
  }

  /** The key of a file. */
  String file(StoreKey key) throws FileFailure {
    return checked(prefix + encode(key.byteText()));
  }

  /** What all keys below a directory begin with; also the key of the directory's marker. */
  String directory(StoreKey key) throws FileFailure {
    return key.isRoot() ? prefix : checked(prefix + encode(key.byteText()) + '/');
  }

  private static String checked(String key) throws FileFailure {
    if (key.length() * 3 > MAX_KEY_BYTES
        && key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      throw new FileFailure(
          Kind.NAME_TOO_LONG, "a path may have " + MAX_KEY_BYTES + " bytes in a bucket");
    }
    return key;
  }

  /** The name of one component of a key; null if no name has it. */
  static @Nullable FileName name(String component) {
    byte[] bytes = new byte[FileName.MAX_BYTES];
    int length = 0;
    for (int at = 0; at < component.length(); ) {
      int c = component.codePointAt(at);
      at += Character.charCount(c);
      byte[] piece =
          isEscape(c)
              ? new byte[] {(byte) (c - ESCAPED)}
              : Character.toString(c).getBytes(StandardCharsets.UTF_8);
      if (length + piece.length > bytes.length) {
        return null;
      }
      System.arraycopy(piece, 0, bytes, length, piece.length);
      length += piece.length;
    }
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    if (text.isEmpty() || text.equals(".") || text.equals("..") || text.indexOf('\0') >= 0) {
      return null;
    }
    return encode(text).equals(component) ? new FileName(text) : null;
  }

  /** Whether a name is ours alone. */
  static boolean isScratch(StoreKey key) {
    return key.byteText().equals(SCRATCH) || key.byteText().startsWith(SCRATCH + "/");
  }

  /** Whether each component of what follows the store's prefix is the key of a name. */
  boolean isReachable(String key) {
    String below = key.substring(prefix.length());
    if (below.startsWith(SCRATCH + "/")) {
      return false;
    }
    for (String component : below.split("/", -1)) {
      if (name(component) == null) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEscape(int c) {
    return c >= ESCAPED && c <= ESCAPED + 0xFF;
  }

  private static String encode(String byteText) {
    if (isPlain(byteText)) {
      return byteText;
    }
    byte[] bytes = ByteText.bytes(byteText);
    StringBuilder key = new StringBuilder(bytes.length);
    for (int at = 0; at < bytes.length; ) {
      int length = characterAt(bytes, at);
      if (length == 0) {
        key.append((char) (ESCAPED + (bytes[at++] & 0xFF)));
      } else {
        key.append(new String(bytes, at, length, StandardCharsets.UTF_8));
        at += length;
      }
    }
    return key.toString();
  }

  private static boolean isPlain(String byteText) {
    return byteText.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
  }

  /** How many bytes the character here has that stands for itself; 0 if there is none. */
  private static int characterAt(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return first >= 0x20 && first != 0x7F ? 1 : 0;
    }
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || first > 0xF4 || at + length > bytes.length) {
      return 0;
    }
    int c = first & (0x7F >> length);
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
      c = c << 6 | (bytes[at + i] & 0x3F);
    }
    return isOwn(c, length) ? length : 0;
  }

  /** Written as short as can be, no surrogate, no escape, and something that XML can say. */
  private static boolean isOwn(int c, int length) {
    int shortest = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    return length == shortest
        && c >= 0xA0
        && c <= Character.MAX_CODE_POINT
        && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        && !isEscape(c)
        && (c & 0xFFFE) != 0xFFFE;
  }
}
