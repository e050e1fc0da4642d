package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import io.quaymaster.storage.s3.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is stopped and started while partners upload; they notice nothing but the pace. */
class DatabaseRestartIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 40 * MIB + 11;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void transfersUnderWayGoOnAndNothingIsCountedTwice() throws Exception {
    S3Server server = S3Server.shared();
    try (OwnPostgres postgres = OwnPostgres.start(folder.resolve("database"))) {
      GatewayProcess.Setup setup =
          GatewayProcess.in(folder)
              // So that an upload under way soon needs the ledger.
              .with("QUAYMASTER_QUOTA_LARGEST_BLOCK", "1MB")
              // However long a slow machine needs to start a PostgreSQL.
              .with("QUAYMASTER_QUOTA_PATIENCE", "3m")
              .with("SPRING_DATASOURCE_HIKARI_CONNECTION_TIMEOUT", "2000");
      for (Map.Entry<String, String> setting : postgres.settings().entrySet()) {
        setup = setup.with(setting.getKey(), setting.getValue());
      }
      try (Quay quay = Quay.start(setup)) {
        Partner carol = BucketIT.partnerOf(quay, server, server.newBucket());
        Partner bob = quay.partner("bob@acme", Map.of());
        for (Partner partner : List.of(bob, carol)) {
          partner.limit("bytesPerSecond", 4L * MIB);
          partner.limit("bytes", 100L * MIB);
          partner.openSsh().write("big", BIG);
        }
        Upload toDisk = Upload.begin(bob.openSsh(), "put big").hasBrought(MIB, bob.file("big"));
        Upload toBucket = Upload.begin(carol.openSsh(), "put big");

        for (int times = 0; times < 2; times++) {
          long before = bob.file("big").toFile().length();
          toDisk.hasBrought(before + 2 * MIB, bob.file("big"));
          postgres.stop();
          await().atMost(PATIENCE).until(() -> quay.health("readiness") == 503);
          // New ones hear that they cannot come in now.
          bob.openSsh().sftp("ls").fails("");
          // Longer than what was granted ahead lasts.
          new CountDownLatch(1).await(3, TimeUnit.SECONDS);
          assertThat(toDisk.isUnderWay()).as(toDisk.said()).isTrue();
          assertThat(toBucket.isUnderWay()).as(toBucket.said()).isTrue();
          postgres.startAgain();
          await().atMost(PATIENCE).until(() -> quay.health("readiness") == 200);
        }

        toDisk.succeeds();
        toBucket.succeeds();
        assertThat(OpenSsh.sha256(bob.file("big")))
            .isEqualTo(OpenSsh.sha256(bob.openSsh().local("big")));
        carol.limit("bytesPerSecond", null);
        carol.openSsh().sftp("get big back").succeeds();
        assertThat(OpenSsh.sha256(carol.openSsh().local("back")))
            .isEqualTo(OpenSsh.sha256(carol.openSsh().local("big")));
        for (Partner partner : List.of(bob, carol)) {
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () -> partner.usage().isExactly(new Usage(BIG, 1, 0, null), partner.username()));
          assertThat(partner.transferOf("/big").get("bytes").longValue()).isPositive();
        }
        assertThat(quay.metrics().of("quaymaster_quota_drift_bytes")).isZero();
        assertThat(quay.process().log()).doesNotContain("took this one for dead");
      }
    }
  }
}
