package io.quaymaster.files;

/**
 * One component of a path: 1 to 255 bytes, any but {@code /} and NUL, and neither {@code .} nor
 * {@code ..}.
 *
 * @param byteText one character for each byte, see {@link ByteText}
 */
public record FileName(String byteText) implements Comparable<FileName> {
  /** NAME_MAX of Linux file systems. */
  public static final int MAX_BYTES = 255;

  public FileName {
    if (byteText.isEmpty() || byteText.equals(".") || byteText.equals("..")) {
      throw new IllegalArgumentException("not the name of a file: '" + byteText + "'");
    }
    if (byteText.length() > MAX_BYTES
        || byteText.indexOf('/') >= 0
        || byteText.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not the name of a file: " + ByteText.shown(byteText));
    }
  }

  public static FileName ofUnicode(String text) {
    return new FileName(ByteText.ofUnicode(text));
  }

  public byte[] bytes() {
    return ByteText.bytes(byteText);
  }

  @Override
  public int compareTo(FileName other) {
    return byteText.compareTo(other.byteText);
  }

  @Override
  public String toString() {
    return ByteText.shown(byteText);
  }
}
