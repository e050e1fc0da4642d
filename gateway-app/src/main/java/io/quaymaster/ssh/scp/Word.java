package io.quaymaster.ssh.scp;

import java.util.BitSet;

/**
 * A word of a command line, quotes taken off.
 *
 * @param text byte text
 * @param live which of its characters stood there unquoted, and may so be wildcards
 */
record Word(String text, BitSet live) {
  static Word quoted(String text) {
    return new Word(text, new BitSet());
  }

  boolean isLive(int index, char c) {
    return index < text.length() && text.charAt(index) == c && live.get(index);
  }

  Word from(int start) {
    return new Word(text.substring(start), live.get(start, Math.max(start, live.length())));
  }
}
