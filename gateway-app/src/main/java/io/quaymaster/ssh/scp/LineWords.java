package io.quaymaster.ssh.scp;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Splits a command line into words, with the quoting of a POSIX shell (XCU 2.2) and nothing else of
 * a shell. What a shell would interpret is refused and never passed on: a client that relies on it
 * is told so.
 */
final class LineWords {
  private static final String OPERATORS = ";|&<>()\n";

  private final String line;
  private final List<Word> words = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private BitSet live = new BitSet();
  private boolean inWord;
  private int at;

  private LineWords(String line) {
    this.line = line;
  }

  /**
   * @param line byte text
   */
  static List<Word> split(String line) throws UnusableLine {
    if (line.length() > ScpLimits.LINE_BYTES) {
      throw new UnusableLine(
          "A command line may have %d bytes, not %d."
              .formatted(ScpLimits.LINE_BYTES, line.length()));
    }
    if (line.indexOf('\0') >= 0) {
      throw new UnusableLine("A command line cannot hold a NUL byte.");
    }
    if (line.chars().anyMatch(c -> c > 0xff)) {
      throw new UnusableLine("A command line is made of bytes.");
    }
    LineWords split = new LineWords(line);
    split.run();
    return split.words;
  }

  private void run() throws UnusableLine {
    while (at < line.length()) {
      char c = line.charAt(at++);
      switch (c) {
        case ' ', '\t' -> endWord();
        case '\'' -> singleQuoted();
        case '"' -> doubleQuoted();
        case '\\' -> put(escaped(), false);
        default -> {
          refuseShellSyntax(c);
          put(c, true);
        }
      }
    }
    endWord();
  }

  private void put(char c, boolean isLive) {
    inWord = true;
    live.set(text.length(), isLive);
    text.append(c);
  }

  private void endWord() throws UnusableLine {
    if (!inWord) {
      return;
    }
    if (words.size() == ScpLimits.LINE_WORDS) {
      throw new UnusableLine(
          "A command line may have " + ScpLimits.LINE_WORDS + " words, and this one has more.");
    }
    words.add(new Word(text.toString(), live));
    text.setLength(0);
    live = new BitSet();
    inWord = false;
  }

  private void refuseShellSyntax(char c) throws UnusableLine {
    if (OPERATORS.indexOf(c) >= 0) {
      String shown = c == '\n' ? "A line break" : "'" + c + "'";
      throw new UnusableLine(
          shown
              + " is not understood here, since there is no shell; quote it if it is part of a"
              + " name.");
    }
    if (c == '#' && !inWord) {
      throw new UnusableLine(
          "A comment is not understood here, since there is no shell; quote '#' if it begins a"
              + " name.");
    }
    refuseExpansion(c);
  }

  private static void refuseExpansion(char c) throws UnusableLine {
    if (c == '$' || c == '`') {
      throw new UnusableLine(
          "'"
              + c
              + "' is not expanded here, since there is no shell; write \\"
              + c
              + " if it is part of a name.");
    }
  }

  private void singleQuoted() throws UnusableLine {
    inWord = true;
    int end = line.indexOf('\'', at);
    if (end < 0) {
      throw new UnusableLine("A single quote is not closed.");
    }
    text.append(line, at, end);
    at = end + 1;
  }

  private void doubleQuoted() throws UnusableLine {
    inWord = true;
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == '"') {
        return;
      }
      refuseExpansion(c);
      boolean escapes = c == '\\' && at < line.length() && "\"\\$`\n".indexOf(line.charAt(at)) >= 0;
      put(escapes ? escaped() : c, false);
    }
    throw new UnusableLine("A double quote is not closed.");
  }

  /** What stands behind a backslash. */
  private char escaped() throws UnusableLine {
    if (at == line.length()) {
      throw new UnusableLine("A backslash ends the line.");
    }
    char c = line.charAt(at++);
    if (c == '\n') {
      throw new UnusableLine(
          "A line cannot be continued here; put a name that holds a line break in single quotes.");
    }
    return c;
  }
}
