package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Every command of OpenSSH's sftp, as its manual page lists them. */
class SftpCommandsTest {
  private static TestGateway gateway;
  private TestAccount alice;
  private OpenSsh client;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void account(TestInfo test) {
    String name = "c" + Integer.toUnsignedString(test.getDisplayName().hashCode());
    alice = gateway.account(name + "@acme").limitBytes(10 << 20).limitFiles(1_000).create();
    client = alice.openSsh();
  }

  @Test
  void walkingAround() {
    client
        .sftp("pwd", "mkdir in", "cd in", "pwd", "lpwd", "lmkdir here", "lcd here", "lls", "cd ..")
        .succeeds()
        .says("Remote working directory: /\n", "Remote working directory: /in\n", "local");
    client.sftp("cd nowhere").fails("No such file or directory");
    assertThat(client.local("here")).isDirectory();
  }

  @Test
  void localCommandsStayLocal() {
    client.sftp("!echo made > made", "lumask 077", "version", "help", "progress").succeeds();
    assertThat(client.local("made")).hasContent("made");
    assertThat(alice.file("made")).doesNotExist();
  }

  @Test
  void lsWithAllItsFlags() throws IOException {
    alice.write("b.txt", "12345");
    alice.write(".hidden", "1");
    alice.write("dir/inner", "");
    Files.setLastModifiedTime(
        alice.file("b.txt"), FileTime.from(Instant.EPOCH.plusSeconds(86_400)));
    client.sftp("ls -1").succeeds().says("b.txt\ndir\n");
    client.sftp("ls -1a").succeeds().says(".\n..\n.hidden\nb.txt\ndir\n");
    client.sftp("ls -1r").succeeds().says("dir\nb.txt\n");
    client.sftp("ls -1S").succeeds().says("dir\nb.txt\n");
    client.sftp("ls -1t").succeeds().says("dir\nb.txt\n");
    client.sftp("ls -1f").succeeds().says("b.txt");
    client
        .sftp("ls -l b.txt")
        .succeeds()
        .says("-rw-r--r--    ? " + alice.login().replace("@acme", ""))
        .says("acme            5 Jan  2  1970 b.txt");
    client.sftp("ls -n b.txt").succeeds().says(" 5 Jan  2  1970 b.txt");
    client.sftp("ls -lh b.txt").succeeds().says("5B Jan");
    client.sftp("ls *.txt").succeeds().says("b.txt");
    client.sftp("ls dir").succeeds().says("inner");
    client.sftp("ls nothing").fails("not found");
  }

  @Test
  void gettingAndPutting() throws IOException {
    client.write("a", 70_000);
    Files.setLastModifiedTime(
        client.local("a"), FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
    Files.setPosixFilePermissions(client.local("a"), PosixFilePermissions.fromString("rw-r-----"));
    client.sftp("put -p a", "get -p a b", "put -f a c").succeeds();
    assertThat(OpenSsh.sha256(alice.file("a"))).isEqualTo(OpenSsh.sha256(client.local("a")));
    assertThat(OpenSsh.sha256(client.local("b"))).isEqualTo(OpenSsh.sha256(client.local("a")));
    assertThat(Files.getLastModifiedTime(alice.file("a")).toInstant().getEpochSecond())
        .isEqualTo(1_000_000_000);
    assertThat(Files.getLastModifiedTime(client.local("b")).toInstant().getEpochSecond())
        .isEqualTo(1_000_000_000);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(alice.file("a"))))
        .isEqualTo("rw-r-----");
    client.sftp("get nothing").fails("not found");
  }

  @Test
  void wholeFoldersAndGlobs() throws IOException {
    Files.createDirectories(client.local("tree/deep/deeper"));
    client.write("tree/one", 10);
    client.write("tree/deep/two", 20);
    client.write("tree/deep/deeper/three", 30);
    client
        .sftp("put -r tree", "get -r tree back", "mkdir flat", "put tree/o* flat", "get flat/*")
        .succeeds();
    assertThat(alice.file("tree/deep/deeper/three")).hasSize(30);
    assertThat(client.local("back/deep/deeper/three")).hasSize(30);
    assertThat(client.local("one")).hasSize(10);
  }

  @Test
  void renamingLinkingRemoving() {
    client.write("a", 5);
    client
        .sftp(
            "put a",
            "rename a b",
            "ln b hard",
            "ln -s b soft",
            "symlink b soft2",
            "ls -l",
            "put a",
            "rename a b",
            "rm hard",
            "rm soft",
            "mkdir d",
            "rmdir d")
        .succeeds()
        .says("soft\n", "soft2\n");
    assertThat(alice.file("soft")).doesNotExist();
    assertThat(alice.file("b")).hasSize(5);
    assertThat(alice.file("soft2")).isSymbolicLink();
    assertThat(alice.file("hard")).doesNotExist();
    client.sftp("rm nothing").fails("No such file");
    client.sftp("rmdir b").fails("No such file");
    client.sftp("mkdir b").fails("Failure");
  }

  @Test
  void modesAndOwners() throws IOException {
    alice.write("a", "");
    alice.write("d/b", "");
    client.sftp("chmod 640 a", "chmod 700 d", "chown 1000 a", "chgrp 1000 a").succeeds();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(alice.file("a"))))
        .isEqualTo("rw-r-----");
    client.sftp("chown 0 a").fails("Permission denied");
    client.sftp("chgrp 0 a").fails("Permission denied");
    client.sftp("chmod 777 nothing").fails("No such file");
  }

  @Test
  void spaceIsTheQuotas() {
    client.write("a", 5 << 20);
    client.sftp("df").succeeds().says("10240            0        10240        10240           0%");
    client
        .sftp("put a", "df", "df -h", "df -i")
        .succeeds()
        .says("10240         5120         5120         5120          50%")
        .says("10.0MB    5.0MB    5.0MB    5.0MB          50%")
        .says("1000           1         999         999           0%");
  }

  @Test
  void copyingOnTheServer() {
    client.write("a", 3_000_000);
    client.sftp("put a", "cp a b", "copy b c").succeeds();
    assertThat(OpenSsh.sha256(alice.file("c"))).isEqualTo(OpenSsh.sha256(client.local("a")));
  }

  @Test
  void anUploadBeyondTheQuotaFailsInWords() {
    client.write("a", (10 << 20) + 1);
    client.sftp("put a").fails("Failure");
    client.write("b", 10 << 20);
    client.sftp("rm a", "put b").succeeds();
    assertThat(alice.file("b")).hasSize(10 << 20);
  }

  @Test
  void theSubsystemByItsPath() {
    client.sftpWith(List.of("-s", "/usr/lib/openssh/sftp-server"), "mkdir by-path").succeeds();
    assertThat(alice.file("by-path")).isDirectory();
  }
}
