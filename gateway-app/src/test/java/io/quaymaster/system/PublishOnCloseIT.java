package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Uploads that nobody else sees before they are complete. */
@ExtendWith(SharedQuay.class)
class PublishOnCloseIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 24 * MIB + 3;
  private static final long SLOW = 2 * MIB;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void othersSeeAFileWhenItIsCompleteAndItsUploaderCanGoOn(Quay quay) throws Exception {
    quay.tenant("hooli", Map.of());
    Map<String, String> home = Map.of("store", "main", "path", "shared");
    Partner alice =
        quay.partner(
            "alice@hooli",
            Map.of("home", home, "publish", "on-close", "limits", Map.of("bytesPerSecond", SLOW)));
    Partner bob = quay.partner("bob@hooli", Map.of("home", home));

    aNewFile(quay, alice, bob);
    aReplacedFile(alice, bob);

    quay.isExact("hooli", alice, bob);
    assertThat(onDisk(alice)).containsExactlyInAnyOrder("new", "old");
  }

  private static void aNewFile(Quay quay, Partner alice, Partner bob) throws Exception {
    OpenSsh client = alice.openSsh();
    client.write("new", BIG);
    try (Upload _ = Upload.begin(client, "put new")) {
      await().atMost(PATIENCE).until(() -> partialBytes(alice) > MIB);
      isHiddenFrom(bob, "new");
      assertThat(client.sftp("ls -1").succeeds().output()).contains("\nnew");
    }
    await().until(() -> alice.sessions().isEmpty());
    assertThat(alice.transferOf("/new").get("outcome").stringValue()).isEqualTo("aborted");
    long partial = partialBytes(alice);
    assertThat(partial).isBetween((long) MIB, BIG - 1L);
    isHiddenFrom(bob, "new");
    quay.isExact("hooli", alice);

    alice.limit("bytesPerSecond", null);
    client.sftp("reput new").succeeds();

    assertThat(alice.transferOf("/new").get("bytes").longValue()).isEqualTo(BIG - partial);
    assertThat(bob.openSsh().sftp("ls -1", "get new").succeeds().output()).contains("\nnew");
    assertThat(OpenSsh.sha256(bob.openSsh().local("new")))
        .isEqualTo(OpenSsh.sha256(client.local("new")));
  }

  private static void aReplacedFile(Partner alice, Partner bob) throws Exception {
    OpenSsh reader = bob.openSsh();
    reader.write("before", 12_345);
    reader.sftp("put before old").succeeds();
    alice.limit("bytesPerSecond", SLOW);
    OpenSsh client = alice.openSsh();
    client.write("after", 8 * MIB);

    try (Upload upload = Upload.begin(client, "put after old")) {
      await().atMost(PATIENCE).until(() -> partialBytes(alice) > MIB);
      reader.sftp("get old seen-meanwhile").succeeds();
      upload.succeeds();
    }
    reader.sftp("get old seen-afterwards").succeeds();

    assertThat(OpenSsh.sha256(reader.local("seen-meanwhile")))
        .isEqualTo(OpenSsh.sha256(reader.local("before")));
    assertThat(OpenSsh.sha256(reader.local("seen-afterwards")))
        .isEqualTo(OpenSsh.sha256(client.local("after")));
  }

  private static void isHiddenFrom(Partner other, String name) {
    OpenSsh client = other.openSsh();
    assertThat(client.sftp("ls -la").succeeds().output()).doesNotContain(name, "partial");
    client.sftp("get " + name).fails("not found");
    client.scp("-O", "quay:" + name, "by-scp").fails("No such file");
  }

  /** Size of what is not complete in a home; 0 if everything is. */
  private static long partialBytes(Partner partner) throws IOException {
    for (String name : onDisk(partner)) {
      if (name.startsWith(".")) {
        return Files.size(partner.file(name));
      }
    }
    return 0;
  }

  private static List<String> onDisk(Partner partner) throws IOException {
    if (!Files.exists(partner.file("."))) {
      // The first login makes it.
      return List.of();
    }
    try (Stream<Path> files = Files.list(partner.file("."))) {
      return files.map(f -> Objects.toString(f.getFileName())).toList();
    }
  }
}
