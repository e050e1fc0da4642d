package io.quaymaster.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text whose characters are bytes. File names are bytes to the kernel and to SFTP version 3, so
 * inside the house a path is a string with one character for each byte (ISO 8859-1): exact,
 * comparable, and as compact as an array. Only these methods go between that form and the text that
 * people see.
 */
public final class ByteText {
  private ByteText() {}

  /** The byte text of a string that a person or an admin wrote: its UTF-8 bytes. */
  public static String ofUnicode(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  public static String of(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  public static byte[] bytes(String byteText) {
    return byteText.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * For people, logs and JSON: UTF-8 where the bytes are UTF-8, and {@code \xNN} for control
   * characters and for all other bytes, so that nothing a client sends can forge a line of a log.
   * Not meant to be read back.
   */
  public static String shown(String byteText) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes(byteText)))
              .toString();
    } catch (CharacterCodingException notUtf8) {
      return escape(byteText, 0x7f);
    }
    return escape(text, Character.MAX_VALUE);
  }

  private static String escape(String text, int lastPlain) {
    StringBuilder shown = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c <= lastPlain && !Character.isISOControl(c) && !isLineOrDirection(c);
      if (!plain && shown == null) {
        shown = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (shown != null) {
        if (plain) {
          shown.append(c);
        } else {
          shown.append(c <= 0xff ? "\\x%02x".formatted((int) c) : "\\u%04x".formatted((int) c));
        }
      }
    }
    return shown == null ? text : shown.toString();
  }

  /** Line separators and bidirectional overrides: they let a name pretend to be another. */
  private static boolean isLineOrDirection(char c) {
    return c == '\u2028'
        || c == '\u2029'
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
