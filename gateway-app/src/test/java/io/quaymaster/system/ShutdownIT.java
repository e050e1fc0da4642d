package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while uploads and downloads are under way. */
class ShutdownIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 24 * MIB;

  @TempDir Path folder;

  @Test
  void endsInTimeAndLeavesTheLedgerSettled() {
    try (Quay quay = Quay.start(folder)) {
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
      assertThat(quay.process().stop()).isEqualTo(128 + 15);
      assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(20));

      busy.forEach(Upload::fails);
      idle.isThrownOut("");
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
          .isInstanceOf(ConnectException.class);
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
