package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.ByteText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No line surprises: what is taken is what a POSIX shell would have made of it. */
class ScpCommandPropertyTest {
  private static final int LINES = 4000;
  private static final String[] PIECES = {
    "a",
    "b",
    ".",
    "/",
    "-",
    " ",
    "  ",
    "\t",
    "'",
    "'",
    "\"",
    "\"",
    "\\",
    "\\",
    "$",
    "`",
    "*",
    "?",
    "[",
    "]",
    "!",
    "~",
    "#",
    ";",
    "|",
    "&",
    "<",
    ">",
    "(",
    ")",
    "{",
    "}",
    "=",
    "%",
    "\n",
    "\r",
    "\u0001",
    "\u0081",
    "\u0088",
    "\u00c3\u00a9",
    "\u00ff",
  };

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  private String words() {
    StringBuilder words = new StringBuilder();
    for (int pieces = random.nextInt(14); pieces >= 0; pieces--) {
      words.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return words.toString();
  }

  @Test
  void neverThrowsOnAnyLine() {
    for (int i = 0; i < LINES; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      String line = (random.nextBoolean() ? "scp -f " : "") + ByteText.of(bytes) + words();
      if (ScpCommand.parse(line) instanceof ScpCommand.Refused(String reason)) {
        assertThat(reason).as("seed %d, line %s", seed, ByteText.shown(line)).endsWith(".");
      }
    }
  }

  @Test
  void yieldsThePathsThatAShellWouldHave(@TempDir Path folder) throws Exception {
    StringBuilder script = new StringBuilder("set -f\n");
    List<String> expected = new ArrayList<>();
    while (expected.size() < LINES) {
      String words = words();
      // What a tilde means differs on purpose.
      boolean plain = words.indexOf('~') < 0;
      if (plain && ScpCommand.parse("scp -f -- " + words) instanceof ScpCommand.Scp scp) {
        scp.paths().forEach(path -> expected.add(path.text()));
        expected.add("\u0002");
        script.append("printf '%s\\0' ").append(words).append('\n').append("printf '\\2\\0'\n");
      }
    }
    Shell shell = Shell.run(folder, script.toString());
    assertThat(shell.err()).as("seed %d", seed).isEmpty();
    assertThat(List.of(shell.out().split("\0", -1)))
        .as("seed %d", seed)
        .startsWith(expected.toArray(String[]::new))
        .hasSize(expected.size() + 1);
  }
}
