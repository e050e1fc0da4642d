package io.quaymaster.ssh.scp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of file names (POSIX XCU 2.14): {@code *}, {@code ?}, {@code [a-z]}, {@code [!x]}. A
 * leading dot must be written. {@code ?} and brackets stand for one character of UTF-8, or for one
 * byte where a name is no UTF-8.
 */
final class NamePattern {
  /** Marks a character of a pattern that was not quoted. */
  private static final int LIVE = 1 << 30;

  private sealed interface Element {
    record One(int character) implements Element {}

    record Any() implements Element {}

    record Many() implements Element {}

    record OneOf(boolean negated, List<Range> ranges) implements Element {
      boolean has(int character) {
        return negated != ranges.stream().anyMatch(range -> range.has(character));
      }
    }
  }

  private record Range(int first, int last) {
    boolean has(int character) {
      return first <= character && character <= last;
    }
  }

  private final List<Element> elements = new ArrayList<>();

  private NamePattern() {}

  static NamePattern compile(Word name) throws UnusableLine {
    NamePattern pattern = new NamePattern();
    int[] characters = characters(name.text(), name.live());
    for (int at = 0; at < characters.length; ) {
      at = pattern.addElement(characters, at);
    }
    return pattern;
  }

  /** Returns where the next element begins. */
  private int addElement(int[] characters, int at) throws UnusableLine {
    switch (characters[at]) {
      case LIVE | '?' -> elements.add(new Element.Any());
      case LIVE | '*' -> {
        if (elements.isEmpty() || !(elements.getLast() instanceof Element.Many)) {
          elements.add(new Element.Many());
        }
      }
      case LIVE | '[' -> {
        int end = addBracket(characters, at + 1);
        if (end > 0) {
          return end;
        }
        elements.add(new Element.One('['));
      }
      default -> elements.add(new Element.One(characters[at] & ~LIVE));
    }
    return at + 1;
  }

  /** Returns where the bracket ends; 0 if it never does, and so is none. */
  private int addBracket(int[] characters, int start) throws UnusableLine {
    int at = start;
    boolean negated =
        at < characters.length
            && (characters[at] == (LIVE | '!') || characters[at] == (LIVE | '^'));
    if (negated) {
      at++;
    }
    List<Range> ranges = new ArrayList<>();
    while (at < characters.length) {
      if (characters[at] == (LIVE | ']') && !ranges.isEmpty()) {
        elements.add(new Element.OneOf(negated, List.copyOf(ranges)));
        return at + 1;
      }
      refuseClass(characters, at);
      int first = characters[at] & ~LIVE;
      boolean isRange =
          at + 2 < characters.length
              && characters[at + 1] == (LIVE | '-')
              && characters[at + 2] != (LIVE | ']');
      int last = isRange ? characters[at + 2] & ~LIVE : first;
      ranges.add(new Range(first, last));
      at += isRange ? 3 : 1;
    }
    return 0;
  }

  private static void refuseClass(int[] characters, int at) throws UnusableLine {
    if (characters[at] == (LIVE | '[') && at + 1 < characters.length) {
      int next = characters[at + 1];
      if (next == (LIVE | ':') || next == (LIVE | '.') || next == (LIVE | '=')) {
        throw new UnusableLine(
            "Character classes such as [[:digit:]] are not understood here; write [0-9].");
      }
    }
  }

  boolean isLiteral() {
    return elements.stream().allMatch(Element.One.class::isInstance);
  }

  /**
   * @param name byte text of a directory entry
   */
  boolean matches(String name) {
    if (name.startsWith(".") && !(elements.getFirst() instanceof Element.One)) {
      return false;
    }
    int[] characters = characters(name, null);
    int element = 0;
    int at = 0;
    int afterMany = -1;
    int retryAt = 0;
    while (at < characters.length) {
      if (element < elements.size() && elements.get(element) instanceof Element.Many) {
        afterMany = ++element;
        retryAt = at;
      } else if (element < elements.size() && matches(elements.get(element), characters[at])) {
        element++;
        at++;
      } else if (afterMany >= 0) {
        // Only the last star need give more: what stands before it has matched as early as it can.
        element = afterMany;
        at = ++retryAt;
      } else {
        return false;
      }
    }
    return element == elements.size()
        || (element == elements.size() - 1 && elements.getLast() instanceof Element.Many);
  }

  private static boolean matches(Element element, int character) {
    return switch (element) {
      case Element.One(int same) -> same == character;
      case Element.Any _ -> true;
      case Element.OneOf set -> set.has(character);
      case Element.Many _ -> false;
    };
  }

  /** Code points; a byte that is not part of UTF-8 is a character of its own, above them all. */
  private static int[] characters(String byteText, @Nullable BitSet live) {
    int[] characters = new int[byteText.length()];
    int count = 0;
    for (int at = 0; at < byteText.length(); count++) {
      int length = utf8Length(byteText, at);
      int character = Character.MAX_CODE_POINT + 1 + byteText.charAt(at);
      if (length == 1) {
        boolean isLive = live != null && live.get(at);
        character = byteText.charAt(at) | (isLive ? LIVE : 0);
      } else if (length > 1) {
        character = codePoint(byteText, at, length);
      }
      characters[count] = character;
      at += Math.max(1, length);
    }
    return Arrays.copyOf(characters, count);
  }

  private static int codePoint(String byteText, int at, int length) {
    int value = byteText.charAt(at) & (0xff >> (length + 1));
    for (int i = 1; i < length; i++) {
      value = value << 6 | (byteText.charAt(at + i) & 0x3f);
    }
    return value;
  }

  /** Bytes of the UTF-8 sequence (RFC 3629) that begins here; 0 if none does. */
  private static int utf8Length(String byteText, int at) {
    int lead = byteText.charAt(at);
    int length =
        lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (at + length > byteText.length()) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((byteText.charAt(at + i) & 0xc0) != 0x80) {
        return 0;
      }
    }
    if (length < 3) {
      return length;
    }
    int value = codePoint(byteText, at, length);
    boolean overlong = value < (length == 3 ? 0x800 : 0x10000);
    boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
    return overlong || surrogate || value > Character.MAX_CODE_POINT ? 0 : length;
  }
}
