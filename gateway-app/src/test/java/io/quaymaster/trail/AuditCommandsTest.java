package io.quaymaster.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Words and exit codes; what is found is proved in the domain and on the packaged jar. */
class AuditCommandsTest {
  /** RFC 8032, section 7.1, test 1. */
  private static final String SECRET = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

  private static final String PUBLIC =
      "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    out.reset();
    err.reset();
    return new AuditCommands(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(words);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }

  private String file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void thePublicKeyOfAFile() throws Exception {
    assertThat(run("audit-key", file("key", SECRET))).isZero();
    assertThat(said()).isEqualToIgnoringNewLines(PUBLIC);
    assertThat(run("audit-key", file("no-key", "x"))).isEqualTo(2);
    assertThat(run("audit-key", folder + "/none")).isEqualTo(2);
    assertThat(said()).contains("cannot be read");
  }

  @Test
  void anEmptyChainIsIntactAndAnEmptyFileIsNot() throws Exception {
    String zeros = "0".repeat(64);
    String begin =
        "{\"type\":\"begin\",\"chain\":\"acme\",\"sequence\":0,\"hash\":\"" + zeros + "\"}\n";
    String end = begin.replace("begin", "end");
    assertThat(run("audit-verify", file("good", begin + end), "--key", PUBLIC)).isZero();
    assertThat(said()).contains("chain acme: 0 events", "intact");
    assertThat(run("audit-verify", file("cut", begin), "--key", file("pem", PUBLIC))).isEqualTo(1);
    assertThat(said()).contains("NOT INTACT", "ends in the middle");
    assertThat(run("audit-verify", file("empty", ""), "--key", PUBLIC)).isEqualTo(1);
  }

  @Test
  void whatIsMissingOrUnknownIsSaid() throws Exception {
    Stream.of(
            new String[] {"audit-verify"},
            new String[] {"audit-verify", "file"},
            new String[] {"audit-verify", "--key", PUBLIC},
            new String[] {"audit-verify", "file", "--key"},
            new String[] {"audit-verify", "file", "--other", "x"},
            new String[] {"audit-verify", "file", "--key", "nonsense"},
            new String[] {"audit-verify", folder + "/none", "--key", PUBLIC},
            new String[] {"audit-key"})
        .forEach(words -> assertThat(run(words)).as(String.join(" ", words)).isEqualTo(2));
    assertThat(AuditCommands.takes(new String[] {"--demo"})).isFalse();
    assertThat(AuditCommands.takes(new String[0])).isFalse();
  }
}
