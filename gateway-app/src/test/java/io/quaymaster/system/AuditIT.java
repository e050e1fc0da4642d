package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The packaged gateway's audit log: signed, exported, and verified by the same jar without it. */
class AuditIT {
  @TempDir Path folder;

  private record Said(int status, String text) {}

  private static Said jar(String... words) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-jar",
                    Path.of("target", "quaymaster.jar").toAbsolutePath().toString()),
                Stream.of(words))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text.strip());
  }

  private static String export(Quay quay, String tenant) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(quay.process().adminUrl() + "/api/v1/audit/export?tenant=" + tenant))
                .header("Authorization", "Bearer " + quay.process().adminToken())
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void anExportIsVerifiedByTheJarAlone() throws Exception {
    String export;
    Path anchors;
    Path key;
    try (Quay quay = Quay.start(folder)) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      OpenSsh client = alice.openSsh();
      client.write("report", 321);
      client.sftp("put report").succeeds();
      quay.process().kill9();
      quay.restart();
      client = alice.openSsh();
      client.write("report2", 321);
      client.sftp("put report2").succeeds();

      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                JsonNode found = quay.admin().get("/audit/verify?tenant=acme");
                assertThat(found.get("intact").booleanValue()).as(found.toString()).isTrue();
                assertThat(found.get("chains").get(0).get("signedUpTo").longValue()).isPositive();
              });
      export = export(quay, "acme");
      key = quay.process().dataFolder().resolve("audit-key");
      anchors = quay.process().dataFolder().resolve("audit-anchors");
      assertThat(export).contains("\"path\":\"/report\"", "\"path\":\"/report2\"");
    }
    Path file = Files.writeString(folder.resolve("acme.jsonl"), export);
    Said publicKey = jar("audit-key", key.toString());
    assertThat(publicKey.status()).isZero();

    Said intact = jar("audit-verify", file.toString(), "--key", publicKey.text());
    assertThat(intact.text()).contains("chain acme: ", "intact");
    assertThat(intact.status()).isZero();

    Path forged =
        Files.writeString(folder.resolve("forged.jsonl"), export.replace("/report2", "/report3"));
    Said found = jar("audit-verify", forged.toString(), "--key", publicKey.text());
    assertThat(found.status()).isEqualTo(1);
    assertThat(found.text()).contains("CHANGED", "NOT INTACT");
    assertThat(Files.readString(anchors)).contains("\"chain\":\"acme\"");
  }
}
