package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What partners' clients do on a home in a bucket. Most is as on disk; what is not ends in words,
 * which stand here. After each test the quota is what the bucket holds, to the byte.
 */
class BucketClientsTest {
  private static final int MIB = 1 << 20;
  private static final int NEW_MILLENNIUM = 978_307_200;

  private static TestGateway gateway;
  private static BucketBackDoor bucket;
  private TestAccount alice;
  private OpenSsh client;
  private OtherClients others;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.stores(BackDoor.Kind.BUCKET));
    bucket = (BucketBackDoor) gateway.backDoor();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void account(TestInfo test) {
    String name = "c" + Integer.toUnsignedString(test.getDisplayName().hashCode());
    alice = gateway.account(name + "@acme").limitBytes(100 * MIB).limitFiles(1_000).create();
    client = alice.openSsh();
    others = new OtherClients(gateway, alice, client);
  }

  @AfterEach
  void theQuotaIsWhatTheBucketHolds() {
    gateway.comesToRest();
    assertThat(bucket.uploadsUnderWay()).isZero();
    assertThat(alice.usedBytes())
        .isEqualTo(files().values().stream().mapToLong(Long::longValue).sum());
    assertThat(alice.usedFiles()).isEqualTo(files().size());
  }

  /** Alice's objects that are no marks of directories, by their paths. */
  private Map<String, Long> files() {
    Map<String, Long> keys = bucket.keys(alice.place("") + "/");
    keys.keySet().removeIf(key -> key.endsWith("/"));
    return keys;
  }

  private void holds(String path, String localName) throws IOException {
    assertThat(bucket.read(alice.place(path)))
        .as(path)
        .isEqualTo(Files.readAllBytes(client.local(localName)));
  }

  @Test
  void sftpPutsGetsRenamesAndRemoves() throws IOException {
    client.write("a", 3 * MIB);
    client.write("b", 12 * MIB);
    client
        .sftp(
            "put a",
            "put b",
            "get b back",
            "rename a c",
            "put a c",
            "mkdir d",
            "put a d/a",
            "rename d e",
            "get e/a again",
            "ls -l",
            "cp b copy",
            "rm b",
            "df")
        .succeeds()
        .says("drwxr-xr-x    ? " + alice.login().replace("@acme", ""), "           0 ", " e\n")
        .says("102400        18432        83968        83968          18%");
    holds("copy", "b");
    holds("c", "a");
    holds("e/a", "a");
    assertThat(client.local("back")).hasSameBinaryContentAs(client.local("b"));
    assertThat(client.local("again")).hasSameBinaryContentAs(client.local("a"));
    client.sftp("rmdir e").fails("remote rmdir \"/e\": Failure");
    client.sftp("rm e/a", "ls e", "rmdir e", "rm c", "rm copy").succeeds();
    assertThat(files()).isEmpty();
    client.sftp("get nothing").fails("File \"/nothing\" not found.");
  }

  @Test
  void sftpKeepsTimesAndModes() throws IOException {
    client.write("a", 70_000);
    Files.setLastModifiedTime(
        client.local("a"), FileTime.from(Instant.ofEpochSecond(NEW_MILLENNIUM)));
    Files.setPosixFilePermissions(client.local("a"), PosixFilePermissions.fromString("rw-r-----"));
    client.sftp("put -p a", "get -p a b", "mkdir d", "chmod 700 d").succeeds();
    assertThat(Files.getLastModifiedTime(client.local("b")).toInstant().getEpochSecond())
        .isEqualTo(NEW_MILLENNIUM);
    assertThat(bucket.head(alice.place("a")).metadata())
        .containsEntry("mtime", Integer.toString(NEW_MILLENNIUM))
        .containsEntry("mode", Integer.toString(0100640));
    client
        .sftp("ls -l a", "chmod 604 a", "ls -l")
        .succeeds()
        .says("-rw-r-----", "-rw----r--", "drwx------", "70000 Jan  1  2001 a");
    client.sftp("chown 0 a").fails("remote setstat \"/a\": Permission denied");
  }

  @Test
  void aBrokenUploadIsShownToItsUploaderAndGoesOn() throws IOException {
    client.write("a", 7 * MIB);
    byte[] content = Files.readAllBytes(client.local("a"));
    try (SftpWire wire = alice.wire()) {
      String handle = wire.open("a", SftpWire.WRITE | SftpWire.CREATE | SftpWire.TRUNCATE);
      for (int at = 0; at < 6 * MIB; at += 32 << 10) {
        byte[] piece = Arrays.copyOfRange(content, at, at + (32 << 10));
        assertThat(wire.status(SftpMessage.write(handle, at, piece))).isZero();
      }
    }
    gateway.comesToRest();
    assertThat(files()).isEmpty();
    client.sftp("ls -l a").succeeds().says(Integer.toString(6 * MIB));
    client.sftp("get a half").fails("remote open \"/a\": Failure");
    try (SftpWire wire = alice.wire()) {
      assertThat(wire.call(SftpMessage.open("a", SftpWire.READ)).message())
          .startsWith("UNSUPPORTED: an upload to a bucket can be read when it is complete");
    }
    client.sftp("reput a").succeeds();
    holds("a", "a");
  }

  @Test
  void sftpGoesOnWithAFinishedFile() throws IOException {
    client.write("a", 9 * MIB);
    byte[] all = Files.readAllBytes(client.local("a"));
    client.write("first", Arrays.copyOf(all, 8 * MIB));
    client.sftp("put first a", "reput a").succeeds();
    holds("a", "a");
    client.sftp("put first b", "put -a a b").succeeds();
    holds("b", "a");
    client.sftp("reput a").fails("resume \"a\": destination file same size or larger");
  }

  /** Whoever does not show a status's text shows "Failure". */
  @Test
  void whatABucketCannotDoIsSaid() throws IOException {
    client.write("a", 12 * MIB);
    client.sftp("put a").succeeds();
    client.sftp("ln -s a l").fails("remote symlink file \"a\" to \"/l\": Failure");
    client.sftp("ln a l").fails("remote link \"/a\" to \"/l\": Failure");
    byte[] two = "XX".getBytes(StandardCharsets.US_ASCII);
    try (SftpWire wire = alice.wire()) {
      assertThat(wire.call(SftpMessage.about(SftpMessage.SYMLINK, "a").string("l")).message())
          .startsWith("UNSUPPORTED: a bucket has no links");
      String middle = wire.open("a", SftpWire.WRITE);
      assertThat(wire.call(SftpMessage.write(middle, 3, two)).message())
          .startsWith("UNSUPPORTED: a bucket cannot change the middle of a file; only its end,");
      assertThat(wire.call(SftpMessage.about(SftpMessage.CLOSE, middle)).message())
          .startsWith("UNSUPPORTED: the file is kept but not published: a write to it failed");
      assertThat(wire.status(SftpMessage.about(SftpMessage.REMOVE, "a"))).isZero();

      String ahead = wire.open("b", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.call(SftpMessage.write(ahead, 5 * MIB, two)).message())
          .startsWith("UNSUPPORTED: the write is too far ahead of byte 0, which a bucket needs");
      wire.call(SftpMessage.about(SftpMessage.CLOSE, ahead));
      assertThat(wire.status(SftpMessage.about(SftpMessage.REMOVE, "b"))).isZero();

      String gap = wire.open("c", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.write(gap, 10, two))).isZero();
      assertThat(wire.call(SftpMessage.about(SftpMessage.CLOSE, gap)).message())
          .startsWith("UNSUPPORTED: bytes 0 to 9 never came");
      assertThat(wire.status(SftpMessage.about(SftpMessage.REMOVE, "c"))).isZero();
    }
  }

  @Test
  void whatABucketCannotDoIsFoundInTheAuditLog() {
    try (SftpWire wire = alice.wire()) {
      String said = wire.call(SftpMessage.about(SftpMessage.SYMLINK, "a").string("l")).message();
      assertThat(said).matches("UNSUPPORTED: .* \\[[a-z0-9]{8}]");
      gateway.audit("alice");
      assertThat(
              gateway
                  .jdbc()
                  .sql("select action || ' ' || code from audit_event where correlation_id = ?")
                  .param(said.substring(said.length() - 9, said.length() - 1))
                  .query((row, n) -> row.getString(1))
                  .list())
          .containsExactly("symlink UNSUPPORTED");
    }
  }

  /** As WinSCP and FileZilla do: under another name first, times by handle, then the rename. */
  @Test
  void anUploadUnderATemporaryName() throws IOException {
    client.write("a", 100_000);
    byte[] content = Files.readAllBytes(client.local("a"));
    try (SftpWire wire = alice.wire()) {
      int fresh = SftpWire.WRITE | SftpWire.CREATE | SftpWire.TRUNCATE | SftpWire.EXCLUSIVE;
      String handle = wire.open("a.filepart", fresh);
      for (int at = content.length - 20_000; at >= 0; at -= 20_000) {
        byte[] piece = Arrays.copyOfRange(content, at, at + 20_000);
        assertThat(wire.status(SftpMessage.write(handle, at, piece))).isZero();
      }
      SftpMessage times =
          SftpMessage.about(SftpMessage.FSETSTAT, handle)
              .attributes(Attributes.times(NEW_MILLENNIUM, NEW_MILLENNIUM));
      assertThat(wire.status(times)).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.RENAME, "a.filepart").string("a")))
          .isZero();
      assertThat(wire.call(SftpMessage.about(SftpMessage.STAT, "a")).stat().modified())
          .isEqualTo(NEW_MILLENNIUM);
      assertThat(wire.call(SftpMessage.open("a", fresh)).message()).startsWith("EXISTS: ");
    }
    holds("a", "a");
  }

  @Test
  void scpInBothModes() throws IOException {
    tree();
    for (String mode : new String[] {"-s", "-O"}) {
      client.scp(mode, "-p", "-r", "tree", "quay:up" + mode).succeeds();
      client.scp(mode, "-p", "-r", "quay:up" + mode, "back" + mode).succeeds();
      others.shell("diff -r tree back" + mode).succeeds();
      assertThat(Files.getLastModifiedTime(client.local("back" + mode + "/a")).toInstant())
          .isEqualTo(Instant.ofEpochSecond(NEW_MILLENNIUM));
      client.scp(mode, "tree/a", "quay:nowhere/a").fails("nowhere/a", "No such file or directory");
    }
  }

  private void tree() throws IOException {
    Files.createDirectories(client.local("tree/deep"));
    client.write("tree/a", 6 * MIB);
    client.write("tree/deep/b", 100);
    Files.setLastModifiedTime(
        client.local("tree/a"), FileTime.from(Instant.ofEpochSecond(NEW_MILLENNIUM)));
  }

  @Test
  void rcloneCopiesChecksAndSyncs() throws IOException {
    tree();
    others.rclone("copy", "tree", ":sftp:tree").succeeds();
    others.rclone("check", "--download", "tree", ":sftp:tree").succeeds();
    others.rclone("lsl", ":sftp:tree").succeeds().says("6291456 2001-01-01 00:00:00.000000000 a");
    others.rclone("-v", "copy", "tree", ":sftp:tree").says("There was nothing to transfer");
    others.shell("rm tree/deep/b; echo new > tree/deep/c; touch tree/a").succeeds();
    others
        .rclone("-v", "sync", "tree", ":sftp:tree")
        .succeeds()
        .says("a: Copied (replaced existing)", "deep/b: Deleted");
    others.rclone("move", ":sftp:tree", "back").succeeds();
    others.shell("diff -r tree back").succeeds();
    assertThat(files()).isEmpty();
  }

  @Test
  void lftpMirrors() throws IOException {
    tree();
    others
        .lftp("mirror -R tree mir; mirror mir back; mv mir/a b; chmod 600 b; rm -r mir; ls")
        .succeeds()
        .says("-rw-------    1 ", "6291456 Jan  1  2001 b");
    others.shell("diff -r tree back").succeeds();
    others.lftp("ln -s b soft").fails("ln: Access failed: UNSUPPORTED: a bucket has no links [");
  }

  @Test
  void sshfsReadsAppendsAndEditsSmallFiles() throws IOException {
    client.write("big", 12 * MIB);
    try (OtherClients.Mount home = others.sshfs()) {
      others
          .shell(
              """
              set -e; cd mounted
              echo hello > f; cat f; echo again >> f; cat f
              printf J | dd of=f conv=notrunc bs=1 2> /dev/null; sed -i s/again/there/ f; cat f
              truncate -s 6 f; touch -d 2001-01-01 f; stat -c '%s %y' f
              mkdir d; mv f d/f; mv d e; cat e/f
              cp ../big big; cmp ../big big; tar -cf t.tar e; tar -tf t.tar
              """)
          .succeeds()
          .says("hello\nhello\nagain\nJello\nthere\n6 2001-01-01 00:00:00", "Jello\ne/\ne/f\n");
      assertThat(alice.read("e/f")).isEqualTo("Jello\n");
      holds("big", "big");
      others
          .shell("ln -s e/f mounted/l")
          .fails("failed to create symbolic link 'mounted/l': Operation not permitted");
      others
          .shell("printf XX | dd of=mounted/big conv=notrunc bs=1 seek=3")
          .fails("dd: closing output file 'mounted/big': Input/output error");
      holds("big", "big");
      Files.delete(home.file("big"));
    }
    assertThat(files()).hasSize(2);
  }
}
