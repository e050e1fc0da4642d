package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.admission.PenaltySettings;
import io.quaymaster.admission.StartupLimit;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is refused when the connection is accepted, and who is not. */
@Timeout(300)
class AdmissionTest {
  private static final String FAREWELL = "Not allowed at this time";
  private static final String IDENTIFICATION = "SSH-2.0-Quaymaster (OpenSSH-compatible SFTP)";
  private static final Strangers FREE = Strangers.DEFAULTS.penalties(PenaltySettings.OFF);

  private final LogWatch log = new LogWatch();
  private final List<Socket> sockets = new ArrayList<>();

  /** Each test starts it as it wants it. */
  @SuppressWarnings("NullAway.Init")
  private TestGateway gateway;

  private void start(Strangers strangers) {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.strangers(strangers));
  }

  @AfterEach
  void everybodyLeaves() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private Socket connect(String from) throws IOException {
    Socket socket = Sockets.connect(gateway, from);
    sockets.add(socket);
    return socket;
  }

  private String greeting(String from) throws IOException {
    return Sockets.firstLine(connect(from));
  }

  @Test
  void oneSourceHasAShareAndOthersHaveTheirs() throws IOException {
    start(FREE.perSource(3));
    for (int i = 0; i < 3; i++) {
      assertThat(greeting("127.0.1.1")).isEqualTo(IDENTIFICATION);
    }
    assertThat(greeting("127.0.1.1")).isEqualTo(FAREWELL);
    assertThat(greeting("127.0.1.2")).isEqualTo(IDENTIFICATION);
    assertThat(gateway.gate().refused("per-source")).isEqualTo(1);
    sockets.getFirst().close();
    await().until(() -> gateway.strangers() == 3);
    assertThat(greeting("127.0.1.1")).as("a place is free again").isEqualTo(IDENTIFICATION);
  }

  @Test
  void whoComesInLeavesItsPlaceToOthers() throws IOException {
    start(FREE.perSource(1));
    TestAccount alice = gateway.account("alice@acme").create();
    try (SftpWire one = alice.wire();
        SftpWire another = alice.wire()) {
      assertThat(gateway.strangers()).isZero();
      assertThat(one).isNotSameAs(another);
    }
  }

  @Test
  void oneSourceMayNotComeTooOften() throws IOException {
    start(FREE.handshakeBurst(5));
    int refused = 0;
    for (int i = 0; i < 200; i++) {
      try (Socket socket = Sockets.connect(gateway, "127.0.1.1")) {
        refused += Sockets.firstLine(socket).equals(FAREWELL) ? 1 : 0;
      }
    }
    assertThat(refused).isPositive().isEqualTo(gateway.gate().refused("handshake-rate"));
    assertThat(greeting("127.0.1.2")).isEqualTo(IDENTIFICATION);
  }

  /** The random draw is the same in each run. */
  @Test
  void whenThereAreManySomeAreDroppedAndAtTheLimitAll() throws IOException {
    start(FREE.startups(new StartupLimit(5, 30, 15)).perSource(100));
    int refused = 0;
    for (int i = 0; gateway.strangers() < 15; i++) {
      assertThat(i).as("tries").isLessThan(2_000);
      refused += greeting("127.0.1." + (1 + i % 50)).equals(FAREWELL) ? 1 : 0;
    }
    assertThat(gateway.gate().refused("early-drop")).isEqualTo(refused).isPositive();
    assertThat(gateway.gate().refused("max-unauthenticated")).isZero();
    assertThat(greeting("127.0.2.1")).isEqualTo(FAREWELL);
    assertThat(gateway.gate().refused("max-unauthenticated")).isEqualTo(1);
  }

  @Test
  void hundredsThatAreRefusedLeaveNothing() throws IOException {
    start(Strangers.DEFAULTS);
    gateway.gate().bans().impose("127.0.1.0/24", Instant.now().plus(Duration.ofHours(1)));
    for (int i = 0; i < 600; i++) {
      try (Socket socket = Sockets.connect(gateway, "127.0.1." + (1 + i % 250))) {
        if (i % 2 == 0) {
          Sockets.send(socket, "SSH-2.0-Flood\r\n");
        }
        assertThat(Sockets.untilClosed(socket))
            .isIn(FAREWELL + "\r\n", FAREWELL + "\r\n(reset)", "(reset)");
      } catch (SocketException closedBeforeWeSent) {
        assertThat(closedBeforeWeSent).isNotNull();
      }
    }
    assertThat(gateway.gate().refused("banned")).isEqualTo(600);
    assertThat(gateway.strangers()).isZero();
    await().untilAsserted(() -> assertThat(Sockets.open(gateway)).isZero());
    assertThat(log.lines().stream().filter(l -> l.startsWith("A connection from")).count())
        .as("lines are fewer than refusals")
        .isLessThan(300);
  }

  @Test
  void aFloodOfStrangersDisturbsNoPartner() throws Exception {
    start(Strangers.DEFAULTS.startups(new StartupLimit(50, 30, 60)).perSource(8));
    TestAccount alice = gateway.account("alice@acme").create();
    OpenSsh client = alice.openSsh();
    Path local = client.write("big", 24 << 20);
    Upload upload = Upload.begin(client.with("-l", "65536"), "put big");
    await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 1);
    int greeted = 0;
    for (int i = 0; i < 500; i++) {
      Socket socket = connect("127.0.1." + (1 + i % 5));
      if (i % 2 == 0) {
        try {
          Sockets.send(socket, "SSH-2.0-Flood\r\n");
        } catch (IOException refused) {
          assertThat(refused).isNotNull();
        }
      }
      greeted += gateway.strangers();
      assertThat(gateway.strangers()).isLessThanOrEqualTo(40);
    }
    assertThat(greeted).isPositive();
    // Five sources have all that they may; one that did nothing still comes in.
    alice.openSsh().sftp("ls").succeeds();
    upload.succeeds();
    assertThat(OpenSsh.sha256(alice.file("big"))).isEqualTo(OpenSsh.sha256(local));
    assertThat(gateway.gate().refused("per-source")).isGreaterThan(300);
  }
}
