package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that are no SSH, or that never become it. */
@Timeout(120)
class BadConnectionTest {
  private static final int MOST_STRANGERS = 5;
  private static final byte[] IDENTIFICATION =
      "SSH-2.0-Stranger\r\n".getBytes(StandardCharsets.US_ASCII);

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS
                .authTimeout(Duration.ofSeconds(2))
                .maxUnauthenticated(MOST_STRANGERS));
  }

  @AfterEach
  void othersAreServed() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(gateway.strangers()).isZero());
    gateway.account("bystander@acme").create().openSsh().sftp("ls").succeeds();
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gateway.port());
  }

  /** Everything that the server says before it closes the connection. */
  private static String untilClosed(Socket socket) {
    StringBuilder said = new StringBuilder();
    try (InputStream in = socket.getInputStream()) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        said.append((char) b);
      }
    } catch (IOException reset) {
      said.append("(reset)");
    }
    return said.toString();
  }

  /**
   * Before anything is sent: a reset would throw away what the kernel has not handed over yet, and
   * who is shown out at once may not be told anything.
   */
  private static void readIdentification(Socket socket) throws IOException {
    assertThat(socket.getInputStream().readNBytes(18))
        .isEqualTo("SSH-2.0-Quaymaster".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void whoSaysNothingIsShownOut() throws IOException {
    try (Socket silent = connect()) {
      assertThat(untilClosed(silent)).startsWith("SSH-2.0-Quaymaster");
    }
  }

  @Test
  void whoOnlyIdentifiesItselfIsShownOut() throws IOException {
    try (Socket half = connect()) {
      half.getOutputStream().write(IDENTIFICATION);
      assertThat(untilClosed(half)).startsWith("SSH-2.0-Quaymaster");
    }
  }

  @Test
  void otherProtocolsAreShownOut() throws IOException {
    for (String garbage :
        List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\1\2\3", "SSH-1.5-old\r\n", "\n\n\n")) {
      try (Socket socket = connect()) {
        readIdentification(socket);
        socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(untilClosed(socket)).as(garbage).doesNotContain("SSH-2.0");
      }
    }
  }

  @Test
  void anEndlessIdentificationIsCutOff() throws IOException {
    try (Socket socket = connect()) {
      byte[] piece = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
      int pieces = 0;
      try {
        for (; pieces < 10_000; pieces++) {
          socket.getOutputStream().write(piece);
        }
      } catch (IOException cut) {
        assertThat(cut).isNotNull();
      }
      assertThat(pieces).as("pieces of 64 KiB that were taken").isLessThan(10_000);
    }
  }

  @Test
  void garbageAfterTheIdentificationIsShownOut() throws IOException {
    for (long seed = 0; seed < 8; seed++) {
      byte[] garbage = new byte[2_000];
      new Random(seed).nextBytes(garbage);
      try (Socket socket = connect()) {
        readIdentification(socket);
        socket.getOutputStream().write(IDENTIFICATION);
        socket.getOutputStream().write(garbage);
        // Whatever it says, it closes: a read that timed out would fail.
        assertThat(untilClosed(socket)).as("seed " + seed).doesNotContain("SSH-2.0");
      }
    }
  }

  @Test
  void strangersHaveALimit() throws IOException {
    List<Socket> strangers = new ArrayList<>();
    for (int i = 0; i < MOST_STRANGERS; i++) {
      Socket stranger = connect();
      assertThat(stranger.getInputStream().read()).isEqualTo('S');
      strangers.add(stranger);
    }
    try (Socket tooMany = connect()) {
      assertThat(untilClosed(tooMany)).doesNotContain("\n(reset)\n");
      assertThat(gateway.strangers()).isLessThanOrEqualTo(MOST_STRANGERS);
    }
    for (Socket each : strangers) {
      each.close();
    }
  }
}
