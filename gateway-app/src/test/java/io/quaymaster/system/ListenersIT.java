package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An old partner gets a port of its own, and an admin learns why it could not connect before. */
class ListenersIT {
  private static final String OLD = "KexAlgorithms=diffie-hellman-group14-sha1";

  @TempDir Path folder;

  @Test
  void anOldPartnerIsFoundOutAndServed() {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("QUAYMASTER_SSH_LISTENERS_0_NAME", "old-partners")
            .with("QUAYMASTER_SSH_LISTENERS_0_ALGORITHMS", "legacy")
            .with("QUAYMASTER_SSH_LISTENERS_0_SOURCES", "127.0.0.0/8")
            .with("QUAYMASTER_SSH_LISTENERS_0_DEFAULT_TENANT", "acme");
    try (Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      OpenSsh old = alice.openSsh().with("-o", OLD, "-o", "User=alice");

      old.sftp("ls").fails();

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> !quay.admin().list("/negotiation-failures").isEmpty());
      List<JsonNode> failures = quay.admin().list("/negotiation-failures?source=127.0.0.1");
      assertThat(failures).hasSize(1);
      assertThat(failures.getFirst().get("code").stringValue()).isEqualTo("NO_COMMON_KEX");
      assertThat(failures.getFirst().get("listener").stringValue()).isEqualTo("main");
      assertThat(failures.getFirst().get("wouldMatch").toString()).isEqualTo("[\"legacy\"]");
      assertThat(quay.metrics().of("quaymaster_negotiation_failures_total", "category=\"kex\""))
          .isEqualTo(1);

      String announced = quay.process().announced("Listener").orElseThrow();
      assertThat(announced).matches("127\\.0\\.0\\.1:\\d+ old-partners \\(legacy\\)");
      String port = announced.substring(announced.indexOf(':') + 1, announced.indexOf(' '));
      old.with("-o", "Port=" + port).sftp("mkdir served").succeeds();
      assertThat(alice.file("served")).isDirectory();
      assertThat(quay.health("readiness")).isEqualTo(200);
    }
  }
}
