package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes arrive as they were sent, whatever the size, the cipher and the accidents. */
class TransferTest {
  private static final int MIB = 1 << 20;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static void thereAndBack(
      TestAccount account, OpenSsh client, int size, String... options) {
    client.write("up", size);
    client.sftpWith(List.of(options), "put up", "get up down").succeeds();
    String sum = OpenSsh.sha256(client.local("up"));
    assertThat(OpenSsh.sha256(account.file("up"))).isEqualTo(sum);
    assertThat(OpenSsh.sha256(client.local("down"))).isEqualTo(sum);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32_767, 32_768, 32_769, 261_119, 261_120, 261_121, 64 * MIB})
  void anySize(int size) {
    TestAccount alice = gateway.account("size" + size + "@acme").create();
    thereAndBack(alice, alice.openSsh(), size);
  }

  @Test
  void oneRequestAtATimeAndSmallOrLargePieces() {
    TestAccount alice = gateway.account("pieces@acme").create();
    OpenSsh client = alice.openSsh();
    thereAndBack(alice, client, MIB, "-R", "1");
    thereAndBack(alice, client, MIB + 1, "-B", "1000");
    thereAndBack(alice, client, 3 * MIB, "-B", "200000", "-R", "300");
  }

  /** A request that is longer than what may be sent ahead comes in pieces. */
  @Test
  void aWindowSmallerThanARequest() {
    try (TestGateway narrow = TestGateway.start(GatewayOptions.DEFAULTS.windowBytes(128 << 10))) {
      TestAccount alice = narrow.account("narrow@acme").create();
      thereAndBack(alice, alice.openSsh(), 3 * MIB, "-B", "250000");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chacha20-poly1305@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-ctr",
        "aes256-ctr"
      })
  void anyCipher(String cipher) {
    TestAccount alice = gateway.account("by-" + cipher.replaceAll("@.*", "") + "@acme").create();
    thereAndBack(alice, alice.openSsh().with("-c", cipher), 8 * MIB);
  }

  @Test
  void newKeysInTheMiddle() {
    TestAccount alice = gateway.account("rekey@acme").create();
    thereAndBack(alice, alice.openSsh().with("-o", "RekeyLimit=1M"), 16 * MIB);
  }

  @Test
  void eightAtOnce() throws InterruptedException, ExecutionException {
    TestAccount alice = gateway.account("eight@acme").create();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> uploads =
          IntStream.range(0, 8)
              .<Future<?>>mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            OpenSsh client = alice.openSsh();
                            client.write("f" + i, 4 * MIB + i);
                            client.sftp("put f" + i).succeeds();
                            assertThat(OpenSsh.sha256(alice.file("f" + i)))
                                .isEqualTo(OpenSsh.sha256(client.local("f" + i)));
                          }))
              .toList();
      for (Future<?> each : uploads) {
        each.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reput big", "put -a big"})
  void anUploadThatWasCutGoesOn(String resume) throws IOException {
    TestAccount alice =
        gateway.account("cut" + resume.length() + "@acme").bytesPerSecond(4 * MIB).create();
    OpenSsh client = alice.openSsh();
    client.write("big", 12 * MIB);
    cutWhen(client, "put big", alice.file("big"));
    assertThat(Files.size(alice.file("big"))).isBetween((long) MIB, 12L * MIB - 1);

    alice.change("bytes_per_second_limit = null");
    client.sftp(resume).succeeds();

    assertThat(OpenSsh.sha256(alice.file("big"))).isEqualTo(OpenSsh.sha256(client.local("big")));
    assertThat(gateway.reserved()).isZero();
    assertThat(movedLast(alice)).isLessThan(11L * MIB);
  }

  @Test
  void aDownloadThatWasCutGoesOn() throws IOException {
    TestAccount alice = gateway.account("reget@acme").bytesPerSecond(4 * MIB).create();
    OpenSsh client = alice.openSsh();
    client.write("big", 12 * MIB);
    alice.write("big", Files.readAllBytes(client.local("big")));
    cutWhen(client, "get big half", client.local("half"));
    assertThat(Files.size(client.local("half"))).isBetween((long) MIB, 12L * MIB - 1);

    alice.change("bytes_per_second_limit = null");
    client.sftp("reget big half").succeeds();

    assertThat(OpenSsh.sha256(client.local("half"))).isEqualTo(OpenSsh.sha256(client.local("big")));
    assertThat(movedLast(alice)).isLessThan(11L * MIB);
  }

  /** Bytes of the account's last transfer, which was completed. */
  private static long movedLast(TestAccount account) {
    gateway.reserved();
    return gateway
        .jdbc()
        .sql(
            "select bytes from transfer where outcome = 'completed' and account = ?"
                + " order by id desc limit 1")
        .param(account.login().replace("@acme", ""))
        .query(Long.class)
        .single();
  }

  /** Kills the client when a file has grown, and waits until the gateway noticed. */
  private static void cutWhen(OpenSsh client, String command, Path grows) {
    int before = gateway.sessions().size();
    try (Upload upload = Upload.begin(client, command)) {
      upload.hasBrought(2 * MIB, grows);
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> gateway.sessions().size() <= before);
  }

  @Test
  void scpInItsDefaultModeIsSftp() throws IOException {
    TestAccount alice = gateway.account("scp@acme").create();
    OpenSsh client = alice.openSsh();
    Files.createDirectories(client.local("tree/deep"));
    client.write("tree/deep/f", 50_000);
    client.write("a b", 3);
    client.scp("-r", "-p", "tree", "quay:").succeeds();
    client.scp("a b", "quay:~/a b").succeeds();
    client.scp("-r", "quay:/tree", "back").succeeds();
    client.scp("quay:~/tree/deep/f", "quay:tree/*/f", "back").succeeds();
    assertThat(alice.file("a b")).hasSize(3);
    assertThat(OpenSsh.sha256(client.local("back/deep/f")))
        .isEqualTo(OpenSsh.sha256(client.local("tree/deep/f")));
    client.scp("quay:~somebody/x", ".").fails("");
    client.scp("quay:nothing", ".").fails("No such file");
  }
}
