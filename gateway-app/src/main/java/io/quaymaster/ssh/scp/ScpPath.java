package io.quaymaster.ssh.scp;

import org.jspecify.annotations.Nullable;

/**
 * A path as a command line names it.
 *
 * @param text byte text; a {@code ~} at its beginning is resolved already, relative paths start in
 *     the account's start directory
 * @param pattern what its unquoted wildcards mean; null if it has none
 */
public record ScpPath(String text, @Nullable PathPattern pattern) {
  static ScpPath of(Word word) throws UnusableLine {
    Word path = withoutHome(word);
    PathPattern pattern = PathPattern.compile(path);
    return new ScpPath(path.text(), pattern.isLiteral() ? null : pattern);
  }

  /** {@code ~} and {@code ~/} are the start directory, where relative paths start anyway. */
  private static Word withoutHome(Word word) {
    boolean isHome = word.isLive(0, '~') && (word.text().length() == 1 || word.isLive(1, '/'));
    if (!isHome) {
      return word;
    }
    int start = 1;
    while (start < word.text().length() && word.text().charAt(start) == '/') {
      start++;
    }
    return start == word.text().length() ? Word.quoted(".") : word.from(start);
  }
}
