package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.scp.ScpCommand.Refused;
import io.quaymaster.ssh.scp.ScpCommand.Scp;
import io.quaymaster.ssh.scp.ScpCommand.SftpServer;
import io.quaymaster.ssh.scp.ScpCommand.Way;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScpCommandTest {
  private static Scp scp(String line) {
    assertThat(ScpCommand.parse(line)).isInstanceOf(Scp.class);
    return (Scp) ScpCommand.parse(line);
  }

  private static List<String> paths(String line) {
    return scp(line).paths().stream().map(ScpPath::text).toList();
  }

  private static String refusal(String line) {
    assertThat(ScpCommand.parse(line)).isInstanceOf(Refused.class);
    return ((Refused) ScpCommand.parse(line)).reason();
  }

  @Test
  void readsWhatOpenSshSends() {
    Scp upload = scp("scp -v -r -p -d -t -- -odd");
    assertThat(upload.way()).isEqualTo(Way.SINK);
    assertThat(upload.recursive() && upload.preserve() && upload.verbose()).isTrue();
    assertThat(upload.targetMustBeDirectory()).isTrue();
    assertThat(upload.paths()).containsExactly(new ScpPath("-odd", null));

    Scp download = scp("scp -f a b");
    assertThat(download.way()).isEqualTo(Way.SOURCE);
    assertThat(download.recursive() || download.preserve() || download.verbose()).isFalse();
    assertThat(download.targetMustBeDirectory()).isFalse();
    assertThat(paths("scp -f a b")).containsExactly("a", "b");
  }

  @Test
  void readsOptionsTogetherAndApart() {
    assertThat(scp("/usr/bin/scp -qrpt x")).isEqualTo(scp("scp -q -r -p -t x"));
    assertThat(paths("scp -t -")).containsExactly("-");
    assertThat(paths("scp -f a -r")).as("options end at the first path").containsExactly("a", "-r");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "'a b',a b",
        "\"a b\",a b",
        "a\\ b,a b",
        "a'b'\"c\"\\d,abcd",
        "\"\\$x\\`\\\\\\\"\\n\",$x`\\\"\\n",
        "'it'\\''s',it's",
        "a#b,a#b",
        "a=b,a=b",
        "\"a;b|c&d<e>f(g)\",a;b|c&d<e>f(g)",
        "{a},{a}",
        "a!b,a!b",
        "~,.",
        "~/,.",
        "~/x,x",
        "~//x,x",
        "'~'/x,~/x",
        "~\"/\"x,~/x",
        "~x,~x",
        "a~,a~",
      })
  void unquotesAsAShellWould(String word, String path) {
    assertThat(paths("scp -f " + word)).containsExactly(path);
  }

  @Test
  void keepsEveryByteOfAName() {
    StringBuilder all = new StringBuilder();
    for (char c = 1; c <= 0xff; c++) {
      all.append(c == '\'' ? "" : String.valueOf(c));
    }
    assertThat(paths("scp -t '" + all + "'")).containsExactly(all.toString());
    assertThat(paths("scp -t a\u00ff\u00fe")).containsExactly("a\u00ff\u00fe");
  }

  @Test
  void takesWildcardsOnlyWhereTheyAreNotQuoted() {
    assertThat(scp("scp -f *.txt").paths().getFirst().pattern()).isNotNull();
    assertThat(scp("scp -f a[bc]/d").paths().getFirst().pattern()).isNotNull();
    assertThat(scp("scp -f '*'.txt").paths()).containsExactly(new ScpPath("*.txt", null));
    assertThat(scp("scp -f \\*.txt").paths()).containsExactly(new ScpPath("*.txt", null));
    assertThat(scp("scp -f \"a?\"").paths()).containsExactly(new ScpPath("a?", null));
    assertThat(scp("scp -f a[b").paths()).containsExactly(new ScpPath("a[b", null));
    assertThat(scp("scp -f a[b/c]").paths()).containsExactly(new ScpPath("a[b/c]", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "internal-sftp",
        "/usr/lib/openssh/sftp-server",
        "/usr/libexec/sftp-server -e -l VERBOSE -f AUTH",
        "sftp-server -lINFO",
      })
  void knowsTheNamesOfAnSftpServer(String line) {
    assertThat(ScpCommand.parse(line)).isEqualTo(new SftpServer());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      delimiter = '%',
      value = {
        "||%empty",
        "ls%'ls' cannot be run",
        "/bin/sh -c 'scp -t x'%'/bin/sh' cannot be run",
        "scpx -t x%cannot be run",
        "exec scp -t x%'exec' cannot be run",
        "LC_ALL=C scp -t x%Variables",
        "scp%-t and -f",
        "scp x y%-t and -f",
        "scp -tf x%-t and -f",
        "scp -t%needs a path",
        "scp -f --%needs a path",
        "scp -t a b%one path, not 2",
        "scp -S /bin/sh -t x%no option '-S'",
        "scp --help -t x%no option '--'",
        "scp -oProxyCommand=id -t x%no option '-o'",
        "scp -t x;id%';'",
        "scp -t x|id%'|'",
        "scp -t x&%'&'",
        "scp -t x>y%'>'",
        "scp -t <x%'<'",
        "scp -t $(id)%'$'",
        "scp -t \"$(id)\"%'$'",
        "scp -t $HOME%'$'",
        "scp -t `id`%'`'",
        "scp -t \"`id`\"%'`'",
        "scp -t (x)%'('",
        "scp -t #x%comment",
        "scp -t 'x%single quote",
        "scp -t \"x%double quote",
        "scp -t x\\%backslash",
        "scp -f [[:alpha:]]%[0-9]",
        "internal-sftp -R%no argument '-R'",
        "internal-sftp -d /etc%no argument '-d'",
        "/usr/lib/sftp-server x%no argument 'x'",
      })
  void refusesInASentence(String line, String part) {
    assertThat(refusal(line)).contains(part).endsWith(".");
  }

  @Test
  void refusesWhatHasNoSentenceInATable() {
    assertThat(refusal("scp -t x\nid")).contains("line break");
    assertThat(refusal("scp -t x\\\ny")).contains("line break");
    assertThat(refusal("scp -t x\0y")).contains("NUL");
    assertThat(refusal("scp -t \u20ac")).contains("bytes");
    assertThat(refusal("   ")).contains("empty");
    assertThat(refusal("scp -t " + "x".repeat(ScpLimits.LINE_BYTES))).contains("131072 bytes");
    assertThat(refusal("scp -f" + " x".repeat(ScpLimits.LINE_WORDS))).contains("1024 words");
    assertThat(refusal("\u001b[2J")).doesNotContain("\u001b");
    assertThat(refusal("y".repeat(5000)).length()).isLessThan(200);
  }

  @Test
  void pinsEveryLimit() {
    assertThat(
            List.of(
                ScpLimits.LINE_BYTES,
                ScpLimits.LINE_WORDS,
                ScpLimits.RECORD_BYTES,
                ScpLimits.MESSAGE_PATH_CHARS,
                ScpLimits.MESSAGE_REASON_CHARS,
                ScpLimits.DEPTH,
                ScpLimits.RESERVE_BYTES,
                ScpLimits.MATCHES,
                ScpLimits.MATCHED_BYTES,
                ScpLimits.ENTRIES))
        .containsExactly(
            131_072, 1024, 2046, 400, 240, 512, 1_048_576, 10_000, 4_194_304, 1_000_000);
  }
}
