package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import io.quaymaster.storage.s3.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Gateways come and go, and partners go on. */
class ReplicaLossIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 30 * MIB + 7;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, String> LAKE = Map.of("store", "lake", "path", "carol");

  private final S3Server server = S3Server.shared();

  @TempDir private Path folder;

  @Test
  void whatADeadReplicaLeavesIsTakenOverOnce() {
    try (Replicas replicas = Replicas.start(folder, 3, Map.of())) {
      Quay dies = replicas.get(0);
      dies.tenant("acme", Map.of());
      BucketIT.store(dies, "lake", server, server.endpoint(), server.newBucket());
      Map<String, Long> limits = Map.of("bytesPerSecond", 6L * MIB, "sessions", 1L);
      Partner alice = dies.partner("alice@acme", Map.of("limits", limits));
      Partner carol = dies.partner("carol@acme", Map.of("home", LAKE, "limits", limits));
      List<Upload> uploads = new ArrayList<>();
      for (Partner partner : List.of(alice, carol)) {
        partner.openSsh().write("big", BIG);
        uploads.add(Upload.begin(partner.openSsh(), "put big"));
      }
      uploads.getFirst().hasBrought(12 * MIB, alice.file("big"));
      Quay lives = replicas.get(1);
      JdbcClient jdbc = JdbcClient.create(replicas.database().dataSource());
      await()
          .atMost(PATIENCE)
          .until(() -> jdbc.sql("select number from upload_part").query().listOfRows().size() > 0);

      dies.process().kill9();

      uploads.forEach(Upload::fails);
      // The limit is one session: those of the dead count until it is called dead.
      await().atMost(PATIENCE).until(() -> alice.at(lives).sessions().isEmpty());
      for (Partner partner : List.of(alice.at(lives), carol.at(lives))) {
        partner.limit("bytesPerSecond", null);
        OpenSsh client = withWhatItHad(partner, dies);
        client.sftp("reput big").succeeds();
        assertThat(partner.transferOf("/big").get("bytes").longValue())
            .as("went on, not anew")
            .isLessThan(BIG - 7 * MIB);
        client.sftp("get big back").succeeds();
        assertThat(OpenSsh.sha256(client.local("back")))
            .isEqualTo(OpenSsh.sha256(client.local("big")));
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                alice.at(lives).usage().isExactly(new Usage(BIG, 1, 0, null), "alice");
                carol.at(lives).usage().isExactly(new Usage(BIG, 1, 0, null), "carol");
                lives.tenantUsage("acme").isExactly(new Usage(2L * BIG, 2, 0, null), "acme");
              });
      long settled =
          List.of(lives, replicas.get(2)).stream()
              .filter(q -> q.process().log().contains("Settled gateway process"))
              .count();
      assertThat(settled).as("who settled it").isEqualTo(1);
      assertThat(replicas.get(2).metrics().of("quaymaster_quota_drift_bytes")).isZero();
    }
  }

  /** The client of an account, with what it wrote while it talked to another gateway. */
  private static OpenSsh withWhatItHad(Partner partner, Quay before) {
    OpenSsh client = partner.openSsh();
    client.write("big", read(partner.at(before).openSsh().local("big")));
    return client;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /**
   * Every replica is stopped and started once, while partners upload. A client that is told to go
   * tries again at another gateway, as any script does.
   */
  @Test
  void aRollingRestartLosesNoUpload() throws Exception {
    Map<String, String> settings =
        Map.of("QUAYMASTER_DRAIN_DELAY", "500ms", "QUAYMASTER_DRAIN_TIMEOUT", "2s");
    try (Replicas replicas = Replicas.start(folder, 2, settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      replicas.get(0).tenant("acme", Map.of());
      AtomicBoolean over = new AtomicBoolean();
      List<Callable<Integer>> loops = new ArrayList<>();
      List<Partner> partners = new ArrayList<>();
      for (String name : List.of("alice", "bob", "carol")) {
        Partner partner =
            replicas
                .get(0)
                .partner(name + "@acme", Map.of("limits", Map.of("bytesPerSecond", 3L * MIB)));
        partners.add(partner);
        loops.add(() -> uploadUntil(over, replicas, partner));
      }
      List<Future<Integer>> running = loops.stream().map(threads::submit).toList();
      for (Quay quay : replicas.all()) {
        await().atMost(PATIENCE).until(() -> quay.metrics().of("quaymaster_sessions") > 0);
        assertThat(quay.process().stop()).isZero();
        quay.restart();
      }
      over.set(true);
      for (Future<Integer> loop : running) {
        assertThat(loop.get()).as("files of a loop").isPositive();
      }
      Quay any = replicas.get(0);
      any.isExact("acme", partners.stream().map(p -> p.at(any)).toArray(Partner[]::new));
      for (Quay quay : replicas.all()) {
        assertThat(quay.process().log()).doesNotContain("is dead");
      }
    }
  }

  /** Returns how many files were uploaded; each is complete, if need be at the third try. */
  private static int uploadUntil(AtomicBoolean over, Replicas replicas, Partner partner) {
    int files = 0;
    int at = 0;
    while (!over.get()) {
      String name = "f" + files;
      boolean complete = false;
      for (int tries = 0; !complete && tries < 8; tries++) {
        Quay quay = replicas.get(at % 2);
        OpenSsh client = partner.at(quay).openSsh();
        client.write(name, 2 * MIB + files);
        // What is not there cannot be gone on with.
        complete =
            client.sftp("reput " + name).status() == 0 || client.sftp("put " + name).status() == 0;
        if (!complete) {
          at++;
        }
      }
      assertThat(complete).as(name + " of " + partner.username()).isTrue();
      Path local = partner.at(replicas.get(at % 2)).openSsh().local(name);
      assertThat(OpenSsh.sha256(partner.file(name))).isEqualTo(OpenSsh.sha256(local));
      files++;
      at++;
    }
    return files;
  }
}
