package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.process.TlsPair;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on both HTTP ports, and certificates that are replaced while it runs. */
class TlsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static String admin(GatewayProcess gateway) {
    return "https://127.0.0.1:" + gateway.adminPort() + "/api/v1/tenants";
  }

  private static String management(GatewayProcess gateway) {
    return "https://127.0.0.1:" + gateway.managementPort() + "/actuator/health/liveness";
  }

  private static HttpResponse<String> get(TlsPair trusted, String url, String token)
      throws IOException, InterruptedException {
    try (HttpClient client = trusted.client()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(url))
              .timeout(Duration.ofSeconds(20))
              .header("Authorization", "Bearer " + token)
              .build(),
          BodyHandlers.ofString());
    }
  }

  /** Whether who believes this certificate alone is served. */
  private static boolean isServed(TlsPair pair, String url, String token)
      throws IOException, InterruptedException {
    try {
      return get(pair, url, token).statusCode() == 200;
    } catch (SSLHandshakeException another) {
      return false;
    }
  }

  @Test
  void certificatesAreServedAndReplaced() throws Exception {
    Path certificate = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    TlsPair first = TlsPair.generate("EC");
    first.writeCertificate(certificate);
    first.writeKey(key);
    TlsPair own = TlsPair.generate("RSA");
    own.writeCertificate(folder.resolve("management.crt"));
    own.writeKey(folder.resolve("management.key"));
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("QUAYMASTER_TLS_CERTIFICATE", certificate.toString())
            .with("QUAYMASTER_TLS_PRIVATE_KEY", key.toString())
            .with(
                "QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE",
                folder.resolve("management.crt").toString())
            .with(
                "QUAYMASTER_MANAGEMENT_TLS_PRIVATE_KEY",
                folder.resolve("management.key").toString())
            .with("SPRING_SSL_BUNDLE_WATCH_FILE_QUIETPERIOD", "200ms");
    try (GatewayProcess gateway = setup.start()) {
      String url = admin(gateway);
      String token = gateway.adminToken();
      assertThat(gateway.announced("Admin API").orElseThrow()).startsWith("https://");
      HttpResponse<String> answer = get(first, url, token);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(get(own, management(gateway), token).statusCode()).isEqualTo(200);
      assertThat(isServed(own, url, token)).isFalse();
      assertThat(plain(gateway)).isEqualTo(400);

      Files.writeString(key, "no key");
      await().atMost(SOON).until(() -> gateway.log().contains("SSL reload error"));
      assertThat(isServed(first, url, token)).as("the old one").isTrue();

      TlsPair second = TlsPair.generate("RSA");
      second.writeCertificate(certificate);
      second.writeKey(key);
      await().atMost(SOON).until(() -> isServed(second, url, token));
      assertThat(isServed(first, url, token)).isFalse();

      TlsPair third = TlsPair.generate("EC");
      third.writeKey(folder.resolve("management.key"));
      third.writeCertificate(folder.resolve("management.crt"));
      await().atMost(SOON).until(() -> isServed(third, management(gateway), token));
      assertThat(gateway.log()).doesNotContain("PRIVATE KEY");
    }
  }

  /** Tomcat says so in the clear, and nothing else. */
  private static int plain(GatewayProcess gateway) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + gateway.adminPort() + "/openapi.json"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              BodyHandlers.ofString())
          .statusCode();
    }
  }
}
