package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against a server that speaks TLS and plays the cluster's API. */
class MakeKeysCommandTest {
  private static final TlsPair TLS = TlsPair.generate("EC");
  private static final String TOKEN = "a-token-of-the-service-account";

  private record Asked(String method, String path, String authorization, JsonNode body) {}

  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
  private final List<Asked> asked = new ArrayList<>();
  private HttpsServer server;
  private int status = 201;
  private String answer = "{}";

  @BeforeEach
  void start() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(TLS.serverContext()));
    server.createContext("/", this::answer);
    server.start();
    TLS.writeCertificate(folder.resolve("ca.crt"));
    Files.writeString(folder.resolve("namespace"), "partners");
    Files.writeString(folder.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
              JsonMapper.builder().build().readTree(exchange.getRequestBody().readAllBytes())));
      byte[] body = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private int make(String secret) {
    Map<String, String> environment = new HashMap<>();
    environment.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(server.getAddress().getPort()));
    return command(environment).make(secret);
  }

  private MakeKeysCommand command(Map<String, String> environment) {
    said.reset();
    return new MakeKeysCommand(environment, folder, Notices.accordingTo(Map.of(), stream, stream));
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void makesASecretThatAGatewayCanMount() throws IOException {
    assertThat(make("quaymaster-keys")).isZero();

    assertThat(said()).contains("quaymaster-keys in the namespace partners was made");
    assertThat(asked).hasSize(1);
    Asked request = asked.getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/api/v1/namespaces/partners/secrets");
    assertThat(request.authorization()).isEqualTo("Bearer " + TOKEN);
    assertThat(request.body().get("kind").stringValue()).isEqualTo("Secret");
    assertThat(request.body().get("metadata").get("name").stringValue())
        .isEqualTo("quaymaster-keys");
    assertMountable(request.body());
    assertThat(said()).doesNotContain(TOKEN);
  }

  private void assertMountable(JsonNode secret) throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("mounted"));
    for (Map.Entry<String, JsonNode> entry : secret.get("data").properties()) {
      Path file = mounted.resolve(entry.getKey());
      Files.write(file, Base64.getDecoder().decode(entry.getValue().stringValue()));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
    }
    assertThat(secret.get("data").propertyNames())
        .containsExactlyInAnyOrder(
            "ssh_host_ed25519_key",
            "ssh_host_ecdsa_key",
            "ssh_host_rsa_key",
            "seal-key",
            "audit-key",
            "admin-token");
    assertThat(HostKeys.mountedAt(mounted).shown()).hasSize(3);
    SecretKeyFile seal = new SecretKeyFile("seal key", "X", "seal-key");
    assertThat(seal.read(mounted.resolve("seal-key")))
        .hasSize(SecretKeyFile.KEY_BYTES)
        .isNotEqualTo(seal.read(mounted.resolve("audit-key")));
    assertThat(Files.readString(mounted.resolve("admin-token")).strip())
        .hasSizeGreaterThan(AdminToken.LEAST_CHARACTERS);
  }

  @Test
  void leavesOneThatExists() {
    status = 409;

    assertThat(make("quaymaster-keys")).isZero();

    assertThat(said()).contains("exists, and is left as it is");
    assertThat(asked).extracting(Asked::method).containsExactly("POST");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    status = 403;
    answer =
        "{\"kind\":\"Status\",\"message\":\"secrets is forbidden: User \\\"x\\\" cannot"
            + " create\\u0007\"}";
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said())
        .contains(
            "answers 403: secrets is forbidden: User \"x\" cannot create?. ",
            "verb create on secrets",
            "partners");

    status = 401;
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("The token of the service account is not valid");

    status = 500;
    answer = "not even JSON";
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("answers 500. The Secret keys may not be there");

    server.stop(0);
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("cannot be reached").doesNotContain(TOKEN);
  }

  @Test
  void tellsAStrangerNothing() throws Exception {
    TlsPair.generate("EC").writeCertificate(folder.resolve("ca.crt"));
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("is not the one that ca.crt of the service account vouches for");

    Files.writeString(folder.resolve("ca.crt"), "nothing");
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("ca.crt holds no certificate authority");

    assertThat(asked).isEmpty();
  }

  @Test
  void tellsAServerUnderAnotherNameNothing() {
    Map<String, String> environment =
        Map.of(
            "KUBERNETES_SERVICE_HOST",
            "localhost",
            "KUBERNETES_SERVICE_PORT",
            Integer.toString(server.getAddress().getPort()));

    assertThat(command(environment).make("keys")).isEqualTo(1);

    assertThat(said()).contains("vouches for");
    assertThat(asked).isEmpty();
  }

  @Test
  void outsideOfAPod() throws IOException {
    assertThat(command(Map.of()).make("keys")).isEqualTo(1);
    assertThat(said()).contains("KUBERNETES_SERVICE_HOST is not set", "--print");

    Files.delete(folder.resolve("token"));
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said())
        .contains("token cannot be read: no such file", "automountServiceAccountToken");

    Files.writeString(folder.resolve("namespace"), "../../kube-system");
    assertThat(make("keys")).isEqualTo(1);
    assertThat(said()).contains("holds no name of a namespace");
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Keys", "-keys", "a/b", "a..b", "keys\"", "ke ys"})
  void aNameThatIsNone(String name) {
    assertThat(make(name)).isEqualTo(1);
    assertThat(said()).contains("is no name of a Secret");
    assertThat(asked).isEmpty();
  }

  @Test
  void printsTheManifestAndNothingElse() throws IOException {
    assertThat(command(Map.of()).print("a.b-c", stream)).isZero();

    JsonNode manifest = JsonMapper.builder().build().readTree(said.toByteArray());
    assertThat(manifest.get("apiVersion").stringValue()).isEqualTo("v1");
    assertThat(manifest.get("metadata").get("name").stringValue()).isEqualTo("a.b-c");
    assertMountable(manifest);
    assertThat(asked).isEmpty();
  }
}
