package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Partners behind a load balancer, with OpenSSH's clients and a relay; and those who play one. */
@Timeout(180)
class ProxyProtocolTest {
  private static final String PROXY = "127.0.8.1";
  private static final String FAREWELL = "Not allowed at this time\r\n";

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;

  @BeforeEach
  void start() {
    gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS.strangers(
                Strangers.DEFAULTS.proxies(Duration.ofSeconds(2), PROXY + "/32")));
    alice = gateway.account("alice@acme").create();
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private static byte[] v1(String source) {
    return "PROXY TCP4 %s 192.0.2.1 40000 22\r\n"
        .formatted(source)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] v2(String source) {
    return ProxyHeaders.tcp4(source, 40_000).withCrc().bytes();
  }

  private OpenSsh through(ProxyRelay relay) {
    return new OpenSsh(relay.port(), "alice@acme", gateway.scratch("proxied")).withKey(alice.key());
  }

  private List<String> sources() {
    gateway.comesToRest();
    return gateway
        .jdbc()
        .sql("select source from audit_event where action = 'login' order by id")
        .query((row, n) -> row.getString(1))
        .list();
  }

  @Test
  void thePartnersAddressIsTheOneInTheHeader() throws IOException {
    try (ProxyRelay relay = new ProxyRelay(gateway, PROXY, v1("203.0.113.7"))) {
      OpenSsh client = through(relay);
      client.write("a", 1 << 20);
      client.sftp("put a", "ls").succeeds();
      relay.header(v2("203.0.113.8"));
      client.sftp("get a b").succeeds();
      relay.header(
          "PROXY TCP6 2001:db8::9 2001:db8::1 1 2\r\n".getBytes(StandardCharsets.US_ASCII));
      client.sftp("ls").succeeds();
      relay.header("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
      client.sftp("ls").succeeds();
      relay.header(ProxyHeaders.local().bytes());
      client.sftp("ls").succeeds();
    }
    assertThat(sources())
        .containsExactly("203.0.113.7", "203.0.113.8", "2001:db8:0:0:0:0:0:9", PROXY, PROXY);
  }

  @Test
  void anAccountsSourcesAreJudgedByTheHeader() throws IOException {
    alice.change("sources = '{203.0.113.0/24}'");
    try (ProxyRelay relay = new ProxyRelay(gateway, PROXY, v1("203.0.113.7"))) {
      through(relay).sftp("ls").succeeds();
      relay.header(v1("198.51.100.1"));
      through(relay).sftp("ls").fails();
    }
    alice.openSsh().sftp("ls").fails();
  }

  @Test
  void aBanIsOfTheSourceBehindTheProxy() throws IOException {
    try (ProxyRelay relay = new ProxyRelay(gateway, PROXY, v1("203.0.113.7"))) {
      gateway.gate().bans().impose("203.0.113.7", Instant.now().plus(Duration.ofHours(1)));
      through(relay).sftp("ls").fails();
      assertThat(gateway.gate().refused("banned")).isEqualTo(1);
      relay.header(v1("203.0.113.8"));
      through(relay).sftp("ls").succeeds();
    }
  }

  @Test
  void aProxyWithoutAGoodHeaderIsShownOut() throws IOException {
    List<String> bad =
        List.of(
            "SSH-2.0-OpenSSH_9.2\r\n",
            "PROXY TCP4 203.0.113.7 192.0.2.1 1 99999\r\n",
            "PROXY TCP4 203.0.113.7\r\n\r\n",
            "PROXY UNKNOWN" + " x".repeat(80) + "\r\n",
            "GET / HTTP/1.1\r\n\r\n");
    for (String header : bad) {
      try (Socket socket = Sockets.connect(gateway, PROXY)) {
        Sockets.send(socket, header);
        assertThat(Sockets.untilClosed(socket)).as(header).isIn("", "(reset)");
      }
    }
    assertThat(gateway.gate().refused("proxy-header")).isEqualTo(bad.size());
    assertThat(log.lines()).anyMatch(l -> l.startsWith("A connection of the proxy " + PROXY));
  }

  @Test
  void aProxyThatSaysNothingOrLittleIsShownOutInTime() throws IOException {
    try (Socket silent = Sockets.connect(gateway, PROXY);
        Socket slow = Sockets.connect(gateway, PROXY)) {
      await()
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                try {
                  Sockets.send(slow, "P");
                } catch (IOException closed) {
                  return true;
                }
                return gateway.gate().refused("proxy-header") == 2;
              });
      assertThat(Sockets.untilClosed(silent)).isIn("", "(reset)");
    }
    await().until(() -> gateway.gate().refused("proxy-header") == 2);
    assertThat(gateway.strangers()).isZero();
  }

  /** It would choose its own address otherwise. */
  @Test
  void nobodyElsesHeaderIsLookedAt() throws IOException {
    for (byte[] header : List.of(v1("203.0.113.7"), v2("203.0.113.7"))) {
      try (Socket socket = Sockets.connect(gateway, "127.0.8.2")) {
        String identification = Sockets.firstLine(socket);
        assertThat(identification).startsWith("SSH-2.0-Quaymaster");
        socket.getOutputStream().write(header);
        Sockets.send(socket, "\0".repeat(300) + "\r\n");
        socket.shutdownOutput();
        assertThat(Sockets.untilClosed(socket)).doesNotContain("SSH-2.0", FAREWELL);
      }
    }
    assertThat(gateway.gate().refused("proxy-header")).isZero();
    assertThat(gateway.gate().bans().subjects()).isEmpty();
  }
}
