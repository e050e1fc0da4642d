package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The question and its answers; the packaged gateway is asked in {@code MigrateIT}. */
class HealthCommandTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private HealthCommand command(Map<String, String> environment) {
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new HealthCommand(environment, stream, stream);
  }

  private int ask(HttpServer server, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("QUAYMASTER_MANAGEMENT_PORT", Integer.toString(server.getAddress().getPort()));
    return command(all).run();
  }

  private static void answers(HttpServer server, int status) {
    server.createContext(
        "/actuator/health/readiness",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @Test
  void upIsZeroAndAnythingElseIsOne() throws IOException {
    for (int status : new int[] {200, 503, 302, 404}) {
      HttpServer server = HttpServer.create(ANY_PORT, 0);
      answers(server, status);
      assertThat(ask(server, Map.of())).as("status %s", status).isEqualTo(status == 200 ? 0 : 1);
      server.stop(0);
      said.reset();
      assertThat(ask(server, Map.of())).as("nobody there").isEqualTo(1);
      assertThat(said.toString(StandardCharsets.UTF_8)).contains("not ready: http://127.0.0.1:");
    }
  }

  @Test
  void withTlsAnyCertificateWillDo() throws Exception {
    HttpsServer server = HttpsServer.create(ANY_PORT, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(TlsPair.generate("EC").serverContext()));
    answers(server, 200);
    try {
      assertThat(ask(server, Map.of("QUAYMASTER_TLS_CERTIFICATE", "/tls.crt"))).isZero();
      assertThat(ask(server, Map.of("QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE", "/tls.crt"))).isZero();
      assertThat(ask(server, Map.of())).as("without TLS").isEqualTo(1);
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          127.0.0.1 |      | http://127.0.0.1:8081
          0.0.0.0   | 9090 | http://127.0.0.1:9090
          ::        |      | http://[::1]:8081
          fd00::7   | 9090 | http://[fd00::7]:9090
          10.1.2.3  |      | http://10.1.2.3:8081
          """)
  void asksWhereTheGatewayListens(String bind, String port, String url) {
    String portOrNothing = port == null ? "" : port;
    assertThat(
            command(Map.of("QUAYMASTER_BIND", bind, "QUAYMASTER_MANAGEMENT_PORT", portOrNothing))
                .url())
        .isEqualTo(url + "/actuator/health/readiness");
  }

  @Test
  void aPortThatIsNone() {
    assertThat(command(Map.of("QUAYMASTER_MANAGEMENT_PORT", "x")).run()).isEqualTo(1);
    assertThat(said.toString(StandardCharsets.UTF_8)).startsWith("not ready: ");
  }
}
