package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.storage.s3.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * How long a file takes to a bucket and back: with OpenSSH's {@code sftp} through the gateway, and
 * with the SDK straight to the same server, in turn. No test of the suite: {@code bench/s3.sh} runs
 * it. {@code -Dbench.mib} is the size of the file, {@code -Dbench.rounds} how often.
 */
class BucketBench {
  private static final int MIB = Integer.getInteger("bench.mib", 1024);
  private static final int PART = 8 << 20;
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);

  /** That of the benchmarks beside OpenSSH's server. */
  private static final String CIPHER = "aes128-gcm@openssh.com";

  private final S3Server server = S3Server.shared();
  private final String bucket = server.newBucket();

  @TempDir Path folder;

  /** Something that is timed. */
  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  @Test
  void upAndDown() throws Exception {
    try (Quay quay = Quay.start(folder)) {
      Partner alice = BucketIT.partnerOf(quay, server, bucket);
      OpenSsh client = alice.openSsh().with("-o", "Ciphers=" + CIPHER);
      client.write("big", MIB << 20);
      Path big = client.local("big");
      List<String> rows = new ArrayList<>();
      for (int round = 0; round <= ROUNDS; round++) {
        double up = seconds(() -> client.sftp("put big").succeeds());
        double upStraight = seconds(() -> put(big));
        double upInParts = seconds(() -> putInParts(big));
        double down = seconds(() -> client.sftp("get big back").succeeds());
        assertThat(OpenSsh.sha256(client.local("back"))).isEqualTo(OpenSsh.sha256(big));
        Files.delete(client.local("back"));
        double downStraight = seconds(() -> get(folder.resolve("straight")));
        Files.delete(folder.resolve("straight"));
        rows.add(
            "%s up %.2f s, straight %.2f s (%.2f), straight in parts %.2f s (%.2f); down %.2f s, straight %.2f s (%.2f)"
                .formatted(
                    round == 0 ? "cold" : "warm",
                    up,
                    upStraight,
                    upStraight / up,
                    upInParts,
                    upInParts / up,
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

  /** As the gateway must, which does not know how long the file will be. */
  private void putInParts(Path file) throws Exception {
    S3Client client = server.client();
    String id = client.createMultipartUpload(r -> r.bucket(bucket).key("parts")).uploadId();
    long count = (Files.size(file) + PART - 1) / PART;
    List<CompletedPart> parts;
    try (ExecutorService three = Executors.newFixedThreadPool(3);
        FileChannel channel = FileChannel.open(file)) {
      List<Future<CompletedPart>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i + 1;
        sent.add(three.submit(() -> putPart(client, id, number, channel)));
      }
      three.shutdown();
      three.awaitTermination(10, TimeUnit.MINUTES);
      parts = sent.stream().map(Future::resultNow).toList();
    }
    client.completeMultipartUpload(
        r -> r.bucket(bucket).key("parts").uploadId(id).multipartUpload(u -> u.parts(parts)));
  }

  private CompletedPart putPart(S3Client client, String id, int number, FileChannel channel)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PART);
    channel.read(bytes, (number - 1L) * PART);
    String eTag =
        client
            .uploadPart(
                r -> r.bucket(bucket).key("parts").uploadId(id).partNumber(number),
                RequestBody.fromByteBuffer(bytes.flip()))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(eTag).build();
  }

  private void get(Path file) {
    server
        .client()
        .getObject(r -> r.bucket(bucket).key("straight"), ResponseTransformer.toFile(file));
  }

  private static double seconds(Work work) throws Exception {
    long before = System.nanoTime();
    work.run();
    return (System.nanoTime() - before) / 1e9;
  }
}
