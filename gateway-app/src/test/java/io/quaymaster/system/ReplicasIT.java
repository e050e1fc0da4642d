package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Three gateways on one PostgreSQL behave as one. */
class ReplicasIT {
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path folder;

  private static Replicas replicas;

  /** Four failures are a ban, in minutes: no machine is too slow for it. */
  @BeforeAll
  static void start() {
    replicas =
        Replicas.start(
            folder,
            3,
            Map.of(
                "QUAYMASTER_ADMISSION_PENALTIES_AUTH_FAILED", "10m",
                "QUAYMASTER_ADMISSION_PENALTIES_THRESHOLD", "35m",
                "QUAYMASTER_ADMISSION_PENALTIES_ACCOUNT_THRESHOLD", "50m",
                "QUAYMASTER_ADMISSION_PENALTIES_NO_AUTH", "0s",
                "QUAYMASTER_ADMISSION_PENALTIES_LONGEST", "1h"));
  }

  @AfterAll
  static void stop() {
    replicas.close();
  }

  private static Quay first() {
    return replicas.get(0);
  }

  @Test
  void aStormOfLoginsAtAllReplicasFillsTheLimitToTheSession() throws Exception {
    first().tenant("storm", Map.of());
    Partner alice = first().partner("alice@storm", Map.of("limits", Map.of("sessions", 5)));
    List<Prompt> open = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Prompt>> logins = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        OpenSsh client = alice.at(replicas.get(i % 3)).openSsh();
        logins.add(() -> Prompt.open(client));
      }
      int refused = 0;
      for (Future<Prompt> login : threads.invokeAll(logins)) {
        switch (login.state()) {
          case SUCCESS -> open.add(login.resultNow());
          default -> {
            assertThat(login.exceptionNow()).hasMessageContaining("SESSION_LIMIT");
            refused++;
          }
        }
      }
      assertThat(open).hasSize(5);
      assertThat(refused).isEqualTo(10);
      assertThat(alice.at(replicas.get(2)).sessions()).hasSize(5);
      open.forEach(Prompt::isOpen);
      double counted =
          replicas.all().stream()
              .mapToDouble(q -> q.metrics().of("quaymaster_session_limit_refusals_total"))
              .sum();
      assertThat(counted).isEqualTo(10);
    } finally {
      open.forEach(Prompt::close);
    }
    await().atMost(PATIENCE).until(() -> alice.sessions().isEmpty());
    alice.at(replicas.get(1)).openSsh().sftp("ls").succeeds();
  }

  @Test
  void aSpeedIsSharedByAllReplicas() throws Exception {
    first().tenant("speed", Map.of());
    long rate = 6L * MIB;
    Partner alice =
        first().partner("alice@speed", Map.of("limits", Map.of("bytesPerSecond", rate)));
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OpenSsh client = alice.at(replicas.get(i)).openSsh();
      client.write("f" + i, 60 * MIB);
      uploads.add(Upload.begin(client, "put f" + i));
    }
    for (int i = 0; i < 3; i++) {
      uploads.get(i).hasBrought(2 * MIB, alice.file("f" + i));
    }

    List<Long> before = sizes(alice);
    long begun = System.nanoTime();
    new CountDownLatch(1).await(10, TimeUnit.SECONDS);
    List<Long> after = sizes(alice);
    double seconds = (System.nanoTime() - begun) / 1e9;

    assertThat(uploads).allMatch(Upload::isUnderWay);
    uploads.forEach(Upload::close);
    double all = 0;
    for (int i = 0; i < 3; i++) {
      double speed = (after.get(i) - before.get(i)) / seconds;
      assertThat(speed).as("the share of replica %d", i).isCloseTo(rate / 3.0, withPercentage(40));
      all += speed;
    }
    assertThat(all).isCloseTo((double) rate, withPercentage(10));
  }

  private static List<Long> sizes(Partner partner) {
    return List.of("f0", "f1", "f2").stream()
        .map(name -> partner.file(name).toFile().length())
        .toList();
  }

  @Test
  void anAdminReachesEverySessionFromAnyReplica() {
    first().tenant("reach", Map.of());
    Partner alice = first().partner("alice@reach", Map.of());
    try (Prompt ended = Prompt.open(alice.openSsh());
        Prompt thrownOut = Prompt.open(alice.at(replicas.get(1)).openSsh());
        Prompt byPassword = Prompt.open(alice.at(replicas.get(2)).openSshWithPassword())) {
      for (Quay quay : replicas.all()) {
        assertThat(alice.at(quay).sessions()).hasSize(3);
      }
      JsonNode oldest = alice.at(replicas.get(2)).sessions().getFirst();
      replicas.get(2).admin().delete("/sessions/" + oldest.get("id").stringValue());
      ended.isThrownOut("an administrator ended the session");
      await().until(() -> alice.at(replicas.get(1)).sessions().size() == 2);

      String key =
          first().admin().list(alice.resource() + "/keys").getFirst().get("id").stringValue();
      first().admin().delete(alice.resource() + "/keys/" + key);
      thrownOut.isThrownOut("the key was revoked");
      byPassword.isOpen();

      first().admin().act(alice.resource() + "/suspend");
      byPassword.isThrownOut("the account was suspended");
      alice.at(replicas.get(1)).openSshWithPassword().sftp("ls").fails("Permission denied");
    }
  }

  /** The median, for a machine may be busy at one moment. */
  @Test
  void whatAnAdminDoesAtOneReplicaHoldsAtAnotherWithinASecond() {
    first().tenant("prompt", Map.of());
    Partner alice = first().partner("alice@prompt", Map.of());
    List<Duration> waited = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      try (Prompt elsewhere = Prompt.open(alice.at(replicas.get(1 + i % 2)).openSsh())) {
        first().admin().act(alice.resource() + "/suspend");
        waited.add(elsewhere.isThrownOut("the account was suspended"));
        first().admin().act(alice.resource() + "/resume");
      }
    }
    assertThat(waited.stream().sorted().toList().get(2))
        .as("%s", waited)
        .isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void whoGuessesAtSeveralReplicasIsBannedAtAll() {
    first().tenant("guess", Map.of());
    Partner alice = first().partner("alice@guess", Map.of());
    for (int i = 0; i < 4; i++) {
      alice.at(replicas.get(i % 2)).openSshWithPassword("not hers").sftp("ls").fails("denied");
    }
    for (Quay quay : replicas.all()) {
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> quay.metrics().of("quaymaster_bans", "subject=\"network\"") == 1);
      alice.at(quay).openSsh().sftp("ls").fails();
    }
    JsonNode ban = replicas.get(2).admin().list("/bans?source=127.0.0.1").getFirst();
    replicas.get(2).admin().delete("/bans/" + ban.get("id").stringValue());
    for (Quay quay : replicas.all()) {
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> quay.metrics().of("quaymaster_bans", "subject=\"network\"") == 0);
      alice.at(quay).openSsh().sftp("ls").succeeds();
    }
    assertThat(first().admin().newest("/audit?action=ban.impose")).hasSize(1);
  }

  @Test
  void aQuotaIsFilledFromAllReplicasToTheByte() {
    int size = 4 * MIB + 3;
    long limit = 22L * MIB + 17;
    first().tenant("edge", Map.of());
    // Slow enough to be looked at on any machine.
    Map<String, Long> limits = Map.of("bytes", limit, "bytesPerSecond", 8L * MIB);
    Partner alice = first().partner("alice@edge", Map.of("limits", limits));
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      OpenSsh client = alice.at(replicas.get(i % 3)).openSsh();
      client.write("f" + i, size + i);
      uploads.add(Upload.begin(client, "put f" + i));
    }
    List<Long> seen = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(30))
        .until(
            () -> {
              assertThat(Usage.onDisk(first().store("edge")).bytes()).isLessThanOrEqualTo(limit);
              Usage now = alice.at(replicas.get(seen.size() % 3)).usage();
              assertThat(now.bytes() + now.reservedBytes()).isLessThanOrEqualTo(limit);
              seen.add(now.bytes());
              return uploads.stream().noneMatch(Upload::isUnderWay);
            });
    assertThat(seen).as("looked at while they were at work").hasSizeGreaterThan(5);
    long fitted = uploads.stream().filter(u -> u.ends(PATIENCE) == 0).count();
    assertThat(fitted).isBetween(1L, 5L);
    for (Quay quay : replicas.all()) {
      quay.isExact("edge", alice.at(quay));
    }
    OpenSsh client = alice.at(replicas.get(2)).openSsh();
    for (int i = 0; i < 9; i++) {
      client.sftp("-rm f" + i).succeeds();
    }
    client.write("all", (int) limit);
    client.sftp("put all").succeeds();
    OpenSsh another = alice.at(replicas.get(1)).openSsh();
    another.write("one", 1);
    another.sftp("put one").fails("Failure");
    for (Quay quay : replicas.all()) {
      quay.isExact("edge", alice.at(quay));
    }
  }
}
