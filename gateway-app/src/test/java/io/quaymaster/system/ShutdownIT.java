package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while uploads and downloads are under way. */
class ShutdownIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 24 * MIB;
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void transfersEndWhileNobodyElseIsSentHere() {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("QUAYMASTER_DRAIN_DELAY", "2s")
            .with("QUAYMASTER_DRAIN_TIMEOUT", "60s");
    try (Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of());
      Partner alice =
          quay.partner("alice@acme", Map.of("limits", Map.of("bytesPerSecond", 4L * MIB)));
      OpenSsh client = alice.openSsh();
      client.write("big", BIG);
      Prompt idle = Prompt.open(client);
      Upload busy = Upload.begin(client, "put big").hasBrought(MIB, alice.file("big"));
      int port = quay.process().sshPort();

      CompletableFuture<Integer> stopped =
          CompletableFuture.supplyAsync(quay.process()::stop, Thread::startVirtualThread);

      await().atMost(SOON).until(() -> quay.health("readiness") == 503);
      client.sftp("ls").succeeds();
      assertThat(quay.health("liveness")).isEqualTo(200);
      await().atMost(SOON).until(() -> isClosed(port));
      idle.isThrownOut("the gateway is being stopped");
      assertThat(busy.isUnderWay()).isTrue();
      assertThat(quay.health("liveness")).isEqualTo(200);
      assertThat(quay.admin().get("/sessions").get("items").size()).isEqualTo(1);
      busy.succeeds();
      assertThat(stopped.join()).isZero();
      quay.restart();
      assertThat(OpenSsh.sha256(alice.file("big"))).isEqualTo(OpenSsh.sha256(client.local("big")));
      assertThat(alice.transferOf("/big").get("outcome").stringValue()).isEqualTo("completed");
      quay.isExact("acme", alice);
    }
  }

  private static boolean isClosed(int port) {
    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return false;
    } catch (IOException refused) {
      return refused instanceof ConnectException;
    }
  }

  @Test
  void endsInTimeAndLeavesTheLedgerSettled() {
    GatewayProcess.Setup setup = GatewayProcess.in(folder).with("QUAYMASTER_DRAIN_TIMEOUT", "2s");
    try (Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of("bytes", 200L * MIB));
      Partner alice =
          quay.partner("alice@acme", Map.of("limits", Map.of("bytesPerSecond", 4L * MIB)));
      OpenSsh client = alice.openSsh();
      client.write("complete", MIB);
      client.sftp("put complete").succeeds();
      client.write("big", BIG);
      List<Upload> busy =
          List.of(
              Upload.begin(client, "put big a").hasBrought(MIB, alice.file("a")),
              Upload.begin(client, "put big b").hasBrought(MIB, alice.file("b")));
      Prompt idle = Prompt.open(client);
      int port = quay.process().sshPort();

      Instant asked = Instant.now();
      assertThat(quay.process().stop()).isZero();
      assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(20));

      busy.forEach(Upload::fails);
      idle.isThrownOut("the gateway is being stopped");
      assertThat(isClosed(port)).isTrue();
      assertThat(quay.process().log()).doesNotContain(" ERROR ", "Exception");
      assertThat(folder.resolve("data/postgres/data/postmaster.pid")).doesNotExist();

      quay.restart();
      quay.isExact("acme", alice);
      assertThat(quay.process().log()).as("nobody to settle for").doesNotContain("is dead");
      assertThat(
              quay.admin()
                  .act(alice.resource() + "/usage/recount")
                  .get("correctedBytes")
                  .longValue())
          .isZero();
      for (String cut : List.of("/a", "/b")) {
        assertThat(alice.transferOf(cut).get("outcome").stringValue()).isEqualTo("aborted");
      }
      alice.limit("bytesPerSecond", null);
      alice.openSsh().sftp("reput big a", "reput big b").succeeds();
      assertThat(OpenSsh.sha256(alice.file("a"))).isEqualTo(OpenSsh.sha256(client.local("big")));
      quay.isExact("acme", alice);
    }
  }
}
