package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that is neither sftp nor scp gets a sentence, and nothing is ever executed. */
class RefusedRequestsTest {
  private static final String SENTENCE = "This service allows sftp and scp only.";
  private static TestGateway gateway;
  private static TestAccount alice;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    alice = gateway.account("alice@acme").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "touch CANARY",
        "/bin/sh -c 'touch CANARY'",
        "true; touch CANARY",
        "$(touch CANARY)",
        "`touch CANARY`",
        "| touch CANARY",
        "& touch CANARY &",
        "> CANARY",
        "rsync --server -e.Lsf . CANARY",
        "unison -server",
        "svnserve -t",
        "git-upload-pack CANARY",
        "cvs server",
        "rdist -Server CANARY",
        "\n touch CANARY",
        "scp",
        "scp -S /bin/touch CANARY x:",
        "scp -o ProxyCommand='touch CANARY' -t .",
        "LD_PRELOAD=./x scp -t .",
        "%n%n%n",
        "\u0001\u0002"
      })
  void noLineIsExecuted(String line) {
    Path canary = gateway.stores().resolve("canary");
    OpenSsh.Result result = alice.openSsh().ssh("quay", line.replace("CANARY", canary.toString()));
    assertThat(result.status()).isEqualTo(1);
    result.says(SENTENCE);
    assertThat(canary).doesNotExist();
    assertThat(alice.file("canary")).doesNotExist();
  }

  @Test
  void aLongLineIsRefusedToo() {
    assertThat(alice.openSsh().ssh("quay", "x".repeat(100_000)).says(SENTENCE).status())
        .isEqualTo(1);
  }

  @Test
  void noShellAndNoTerminal() {
    assertThat(alice.openSsh().ssh("quay").says(SENTENCE).status()).isEqualTo(1);
    alice.openSsh().ssh("-tt", "quay").fails("PTY allocation request failed");
    assertThat(gateway.audit("alice")).contains("channel-request refused REQUEST_DENIED");
  }

  @Test
  void theSentenceEndsWithTheIdThatTheAuditLogBears() {
    String said = alice.openSsh().ssh("quay", "uptime").says(SENTENCE).output().strip();
    assertThat(said).matches("(?s).*\\[[a-z0-9]{8}]");
    String id = said.substring(said.length() - 9, said.length() - 1);
    gateway.audit("alice");
    assertThat(
            gateway
                .jdbc()
                .sql("select detail ->> 'request' from audit_event where correlation_id = ?")
                .param(id)
                .query(String.class)
                .list())
        .containsExactly("exec");
  }

  @Test
  void noOtherSubsystem() {
    assertThat(alice.openSsh().ssh("-s", "quay", "netconf").status()).isEqualTo(1);
    alice
        .openSsh()
        .ssh("-s", "quay", "netconf")
        .says("There is no subsystem 'netconf'. " + SENTENCE);
  }

  @Test
  void noForwarding() {
    alice
        .openSsh()
        .ssh("-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:1", "quay")
        .fails("remote port forwarding failed");
    alice.openSsh().ssh("-W", "127.0.0.1:22", "quay").fails("stdio forwarding failed");
    alice
        .openSsh()
        .with("-o", "ForwardAgent=yes", "-o", "ForwardX11=yes", "-o", "SetEnv=LD_PRELOAD=/x")
        .sftp("ls")
        .succeeds();
  }

  @Test
  void theIdentificationNamesOpenSshSoThatLinksAreMadeInItsOrder() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      byte[] said = socket.getInputStream().readNBytes(30);
      assertThat(new String(said, StandardCharsets.US_ASCII))
          .startsWith("SSH-2.0-")
          .doesNotContain("APACHE");
    }
    assertThat(List.of(alice.openSsh().ssh("-v", "quay").output().split("\n")))
        .anyMatch(line -> line.contains("remote software version Quaymaster"));
  }
}
