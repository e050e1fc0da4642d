package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of uploads, and what the next start makes of it. */
class CrashIT {
  private static final int MIB = 1 << 20;
  private static final long LIMIT = 44L * MIB + 11;
  private static final int PART = 8 * MIB + 5;

  @TempDir Path folder;

  @Test
  void whatWasCompleteIsWholeAndTheQuotaIsExact() throws Exception {
    try (Quay quay = Quay.start(folder)) {
      quay.tenant("acme", Map.of());
      Partner alice =
          quay.partner(
              "alice@acme", Map.of("limits", Map.of("bytes", LIMIT, "bytesPerSecond", 4L * MIB)));

      killedWhileUploading(quay, alice, List.of("a", "b", "c"), quay.process()::kill9);
      alice.limit("bytesPerSecond", 4L * MIB);
      killedWhileUploading(quay, alice, List.of("d", "e"), quay.process()::kill9WithDatabase);

      exactlyWhatIsLeftFitsAndNotOneByteMore(quay, alice);
    }
  }

  private static void killedWhileUploading(
      Quay quay, Partner alice, List<String> names, Runnable death) {
    String complete = "complete-" + String.join("", names);
    OpenSsh client = alice.openSsh();
    client.write(complete, MIB + names.size());
    names.forEach(name -> client.write(name, PART + name.charAt(0)));
    List<Upload> uploads = names.stream().map(n -> Upload.begin(client, "put " + n)).toList();
    for (int i = 0; i < uploads.size(); i++) {
      uploads.get(i).hasBrought(MIB / 2, alice.file(names.get(i)));
    }
    client.sftp("put " + complete).succeeds();

    death.run();

    uploads.forEach(Upload::fails);
    quay.restart();
    quay.isExact("acme", alice);
    assertThat(quay.metrics().of("quaymaster_processes_settled_total")).isEqualTo(1);
    assertThat(alice.usage().bytes()).isBetween(MIB + (long) names.size(), LIMIT);
    isWhole(alice, client, complete);
    assertThat(alice.transferOf("/" + complete).get("outcome").stringValue())
        .isEqualTo("completed");
    assertThat(alice.transferOf("/" + complete).get("bytes").longValue())
        .isEqualTo(MIB + names.size());

    alice.limit("bytesPerSecond", null);
    alice
        .openSsh()
        .sftp(names.stream().map(name -> "reput " + name).toArray(String[]::new))
        .succeeds();
    for (String name : names) {
      isWhole(alice, client, name);
      assertThat(alice.transferOf("/" + name).get("bytes").longValue())
          .as("went on, not anew")
          .isLessThan(PART);
    }
    quay.isExact("acme", alice);
  }

  private static void isWhole(Partner alice, OpenSsh client, String name) {
    assertThat(OpenSsh.sha256(alice.file(name))).isEqualTo(OpenSsh.sha256(client.local(name)));
  }

  private static void exactlyWhatIsLeftFitsAndNotOneByteMore(Quay quay, Partner alice)
      throws Exception {
    OpenSsh client = alice.openSsh();
    int left = Math.toIntExact(alice.usage().leftBytes());
    client.write("rest", left);
    client.write("rest-and-one", left + 1);
    client.write("one", 1);

    client.sftp("put rest-and-one").fails("Failure");
    assertThat(alice.transferOf("/rest-and-one").get("code").stringValue())
        .isEqualTo("QUOTA_BYTES");
    client.sftp("rm rest-and-one", "put rest").succeeds();
    isWhole(alice, client, "rest");
    client.sftp("put one").fails("Failure");

    assertThat(alice.transferOf("/one").get("code").stringValue()).isEqualTo("QUOTA_BYTES");
    assertThat(alice.transferOf("/one").get("outcome").stringValue()).isEqualTo("failed");
    assertThat(alice.audit())
        .filteredOn(line -> line.get("action").stringValue().equals("write"))
        .first()
        .satisfies(line -> assertThat(line.get("code").stringValue()).isEqualTo("QUOTA_BYTES"));
    assertThat(Files.size(alice.file("one"))).isZero();
    assertThat(alice.usage().bytes()).isEqualTo(LIMIT);
    quay.isExact("acme", alice);
  }
}
