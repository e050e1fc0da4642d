package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quaymaster.storage.s3.S3Settings.Encryption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who the adapter says that it is, and what it asks of new objects: as the headers say that a
 * server gets which takes everything.
 */
class CredentialsTest {
  private static final String STS = "aws.endpointUrlSts";
  private static final S3Traits PLAIN = new S3Traits(false, false, false, false, false);

  /**
   * @param body of a call of STS; empty for S3
   */
  private record Request(String method, Map<String, List<String>> headers, String body) {
    @Nullable String header(String name) {
      return headers.entrySet().stream()
          .filter(e -> e.getKey().equalsIgnoreCase(name))
          .map(e -> e.getValue().getFirst())
          .findFirst()
          .orElse(null);
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private URI endpoint;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    System.clearProperty(STS);
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(
        new Request(exchange.getRequestMethod(), Map.copyOf(exchange.getRequestHeaders()), body));
    byte[] answer = new byte[0];
    if (body.contains("Action=AssumeRole")) {
      answer =
          """
          <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
          <Credentials><AccessKeyId>ASIATAKEN</AccessKeyId><SecretAccessKey>lent</SecretAccessKey>
          <SessionToken>the-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
          </Credentials></AssumeRoleResult></AssumeRoleResponse>
          """
              .getBytes(StandardCharsets.UTF_8);
    }
    exchange.getResponseHeaders().add("ETag", "\"d41d8cd98f00b204e9800998ecf8427e-1\"");
    exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
    if (answer.length > 0) {
      exchange.getResponseBody().write(answer);
    }
    exchange.close();
  }

  private Request put(S3Credentials credentials, Encryption encryption, @Nullable String kind)
      throws Exception {
    S3Settings settings =
        new S3Settings(
            "bucket", "in/", "eu-central-1", endpoint, true, credentials, encryption, kind, PLAIN);
    S3Clients clients = S3Clients.open(settings, S3Meters.NONE, S3Limits.DEFAULTS.patience());
    try (Bucket bucket = new Bucket(clients, settings, S3Meters.NONE)) {
      bucket.put(
          "in/f", Map.of(), Payload.of(List.of(ByteBuffer.wrap(new byte[] {1, 2, 3}))), false);
    }
    return new ArrayList<>(requests).getLast();
  }

  @Test
  void staticKeysSignAndAreNotShown() throws Exception {
    S3Credentials keys = new S3Credentials.StaticKeys("AKIAOURS", "the secret");
    Request request = put(keys, new Encryption.BucketDefault(), null);
    assertThat(request.header("Authorization"))
        .contains("Credential=AKIAOURS/")
        .contains("/eu-central-1/s3/");
    assertThat(request.header("x-amz-server-side-encryption")).isNull();
    assertThat(request.header("x-amz-storage-class")).isNull();
    assertThat(request.headers().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("acl"));
    assertThat(keys.toString()).doesNotContain("secret");
  }

  @Test
  void aRoleIsAssumedWithItsExternalId() throws Exception {
    System.setProperty(STS, endpoint.toString());
    S3Credentials role =
        new S3Credentials.AssumedRole(
            "arn:aws:iam::123456789012:role/files",
            "only-for-us",
            new S3Credentials.StaticKeys("AKIAOURS", "the secret"));
    Request request = put(role, new Encryption.BucketDefault(), null);
    assertThat(request.header("Authorization")).contains("Credential=ASIATAKEN/");
    assertThat(request.header("x-amz-security-token")).isEqualTo("the-token");
    Request assumed = requests.getFirst();
    assertThat(Objects.requireNonNull(assumed.header("Authorization"))).contains("AKIAOURS/");
    assertThat(assumed.body())
        .contains("ExternalId=only-for-us")
        .contains("role%2Ffiles")
        .contains("RoleSessionName=quaymaster-bucket");
    assertThat(role.toString()).doesNotContain("secret");
  }

  /** A client of STS has connections of its own, and nobody else would ever close them. */
  @Test
  void whoAssumedARoleHangsUpWithTheStore() throws Exception {
    try (FaultProxy sts = FaultProxy.before(endpoint)) {
      System.setProperty(STS, sts.endpoint().toString());
      put(
          new S3Credentials.AssumedRole(
              "arn:aws:iam::123456789012:role/files",
              null,
              new S3Credentials.StaticKeys("AKIAOURS", "the secret")),
          new Encryption.BucketDefault(),
          null);
      assertThat(sts.count("POST")).isOne();
      await().until(() -> sts.openConnections() == 0);
    }
  }

  @Test
  void newObjectsAreEncryptedAndStoredAsAsked() throws Exception {
    S3Credentials keys = new S3Credentials.StaticKeys("AKIAOURS", "the secret");
    Request server = put(keys, new Encryption.ServerKey(), "STANDARD_IA");
    assertThat(server.header("x-amz-server-side-encryption")).isEqualTo("AES256");
    assertThat(server.header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
    Request kms = put(keys, new Encryption.Kms("key-1"), null);
    assertThat(kms.header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
    assertThat(kms.header("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo("key-1");
  }
}
