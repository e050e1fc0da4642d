package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.storage.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/**
 * How long a file takes to a bucket and back: with OpenSSH's {@code sftp} through the gateway, and
 * with the SDK straight to the same server, in turn. No test of the suite: {@code bench/s3.sh} runs
 * it. {@code -Dbench.mib} is the size of the file, {@code -Dbench.rounds} how often.
 */
class BucketBench {
  private static final int MIB = Integer.getInteger("bench.mib", 1024);
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);

  private final S3Server server = S3Server.shared();
  private final String bucket = server.newBucket();

  @TempDir Path folder;

  /** Something that is timed. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  @Test
  void upAndDown() throws Exception {
    try (Quay quay = Quay.start(folder)) {
      Partner alice = BucketIT.partnerOf(quay, server, bucket);
      OpenSsh client = alice.openSsh();
      client.write("big", MIB << 20);
      Path big = client.local("big");
      List<String> rows = new ArrayList<>();
      for (int round = 0; round <= ROUNDS; round++) {
        double up = seconds(() -> client.sftp("put big").succeeds());
        double upStraight = seconds(() -> put(big));
        double down = seconds(() -> client.sftp("get big back").succeeds());
        assertThat(OpenSsh.sha256(client.local("back"))).isEqualTo(OpenSsh.sha256(big));
        Files.delete(client.local("back"));
        double downStraight = seconds(() -> get(folder.resolve("straight")));
        Files.delete(folder.resolve("straight"));
        rows.add(
            "%s up %.2f s, straight %.2f s, ratio %.2f; down %.2f s, straight %.2f s, ratio %.2f"
                .formatted(
                    round == 0 ? "cold" : "warm",
                    up,
                    upStraight,
                    upStraight / up,
                    down,
                    downStraight,
                    downStraight / down));
      }
      System.out.println("%d MiB, speed beside the SDK's:".formatted(MIB));
      rows.forEach(System.out::println);
    }
  }

  private void put(Path file) {
    server.client().putObject(r -> r.bucket(bucket).key("straight"), RequestBody.fromFile(file));
  }

  private void get(Path file) {
    server
        .client()
        .getObject(r -> r.bucket(bucket).key("straight"), ResponseTransformer.toFile(file));
  }

  private static double seconds(Work work) throws IOException {
    long before = System.nanoTime();
    work.run();
    return (System.nanoTime() - before) / 1e9;
  }
}
