package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A guesser, its ban, and the admin who lifts it. */
class AdmissionIT {
  private static final String PENALTIES = "QUAYMASTER_ADMISSION_PENALTIES_";

  @TempDir private Path folder;

  /** Four failures are a ban, as by default, but in minutes: no machine is too slow for it. */
  private Quay start() {
    return Quay.start(
        GatewayProcess.in(folder)
            .with(PENALTIES + "AUTH_FAILED", "10m")
            .with(PENALTIES + "THRESHOLD", "35m")
            .with(PENALTIES + "ACCOUNT_THRESHOLD", "50m")
            .with(PENALTIES + "LONGEST", "1h"));
  }

  @Test
  void whoGuessesIsBannedUntilAnAdminLiftsIt() {
    try (Quay quay = start()) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      for (int i = 0; i < 4; i++) {
        alice.openSshWithPassword("not hers").sftp("ls").fails("Permission denied");
      }
      await().until(() -> bans(quay).size() == 1);
      alice.openSsh().sftp("ls").fails();
      JsonNode ban = bans(quay).getFirst();
      assertThat(ban.get("network").stringValue()).isEqualTo("127.0.0.1/32");
      assertThat(ban.get("kind").stringValue()).isEqualTo("auth-failed");
      assertThat(quay.metrics().of("quaymaster_bans", "subject=\"network\"")).isEqualTo(1);
      assertThat(quay.metrics().of("quaymaster_connections_refused_total", "reason=\"banned\""))
          .isPositive();
      quay.admin().delete("/bans/" + ban.get("id").stringValue());
      alice.openSsh().sftp("ls").succeeds();
      assertThat(bans(quay)).isEmpty();
      assertThat(quay.admin().newest("/audit?action=ban.impose")).hasSize(1);
      assertThat(quay.admin().newest("/audit?action=ban.lift")).hasSize(1);
    }
  }

  @Test
  void aBanByHandOutlivesARestart() {
    try (Quay quay = start()) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      quay.admin()
          .create(
              "/bans",
              Map.of(
                  "network",
                  "127.0.0.0/8",
                  "reason",
                  "a test",
                  "until",
                  Instant.now().plusSeconds(3_600).toString()));
      alice.openSsh().sftp("ls").fails();
      quay.process().stop();
      quay.restart();
      alice.openSsh().sftp("ls").fails();
      quay.admin().delete("/bans/" + bans(quay).getFirst().get("id").stringValue());
      alice.openSsh().sftp("ls").succeeds();
    }
  }

  private static List<JsonNode> bans(Quay quay) {
    return quay.admin().list("/bans?source=127.0.0.1");
  }
}
