package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What ssh-audit (Debian package ssh-audit) says of the default listener. */
class SshAuditTest {
  private static final Path PROGRAM = Path.of("/usr/bin/ssh-audit");

  /**
   * What it warns of and we keep, with the reason. Names that an older ssh-audit doesn't know are
   * among them.
   */
  private static final Set<String> ACCEPTED_WARNINGS =
      Set.of(
          // Hybrids: as strong as X25519 whatever becomes of their new half.
          "mlkem768x25519-sha256",
          "sntrup761x25519-sha512",
          "sntrup761x25519-sha512@openssh.com",
          // For clients that know no post-quantum exchange yet.
          "curve25519-sha256",
          "curve25519-sha256@libssh.org",
          "diffie-hellman-group14-sha256",
          "diffie-hellman-group16-sha512",
          // Signals, not algorithms (RFC 8308; PROTOCOL of OpenSSH, section 1.10).
          "ext-info-s",
          "kex-strict-s-v00@openssh.com",
          // Encrypt-and-MAC, last in line, for clients that know nothing better.
          "hmac-sha2-256",
          "hmac-sha2-512");

  private static final Pattern FINDING =
      Pattern.compile("(?m)^\\((kex|key|enc|mac|gen|fin|cve|sec)\\) (\\S+).*\\[(fail|warn)]");

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    assumeTrue(Files.isExecutable(PROGRAM), "ssh-audit is not installed (Debian: ssh-audit)");
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private record Report(int status, String text) {}

  private static Report audit(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-p", Integer.toString(gateway.port()), "127.0.0.1"));
    Path output = Files.createTempFile("ssh-audit", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ssh-audit ends").isTrue();
      return new Report(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  @Test
  void findsNoFailureAndNoOtherWarnings() throws Exception {
    Report report = audit("-n", "-b", "-l", "warn");

    List<String> failures = new ArrayList<>();
    Set<String> warnings = new TreeSet<>();
    for (MatchResult finding : FINDING.matcher(report.text()).results().toList()) {
      (finding.group(3).equals("fail") ? failures : warnings).add(finding.group(2));
    }
    assertThat(failures).as(report.text()).isEmpty();
    assertThat(ACCEPTED_WARNINGS).as(report.text()).containsAll(warnings);
    // Its own sum: 0 is good, 2 is warnings, 3 is failures, 1 is a connection that failed.
    assertThat(report.status()).as(report.text()).isIn(0, 2);
  }

  /** Post-quantum first, AEAD first, and each name that is offered. */
  @Test
  void seesWhatIsMeantToBeThere() throws Exception {
    JsonNode json = JsonMapper.shared().readTree(audit("-j").text());

    assertThat(names(json, "kex"))
        .startsWith(
            "mlkem768x25519-sha256",
            "sntrup761x25519-sha512",
            "sntrup761x25519-sha512@openssh.com",
            "curve25519-sha256",
            "curve25519-sha256@libssh.org",
            "diffie-hellman-group16-sha512",
            "diffie-hellman-group14-sha256")
        .contains("kex-strict-s-v00@openssh.com")
        .hasSize(9);
    assertThat(names(json, "key")).containsExactly("ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256");
    assertThat(names(json, "enc"))
        .containsExactly(
            "aes128-gcm@openssh.com",
            "aes256-gcm@openssh.com",
            "chacha20-poly1305@openssh.com",
            "aes128-ctr",
            "aes192-ctr",
            "aes256-ctr");
    assertThat(names(json, "mac"))
        .containsExactly(
            "hmac-sha2-256-etm@openssh.com",
            "hmac-sha2-512-etm@openssh.com",
            "hmac-sha2-256",
            "hmac-sha2-512");
    assertThat(names(json, "compression")).containsExactly("none");
  }

  /** Plain names, or objects with one, by category and version of ssh-audit. */
  private static List<String> names(JsonNode json, String category) {
    return json.get(category).values().stream()
        .map(each -> each.isString() ? each : each.get("algorithm"))
        .map(JsonNode::stringValue)
        .toList();
  }
}
