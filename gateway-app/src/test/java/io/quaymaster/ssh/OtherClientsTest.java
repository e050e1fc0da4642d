package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are no OpenSSH sftp, where they are installed: lftp, rclone, sshfs. */
class OtherClientsTest {
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

  private static void needs(String program) {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", program)),
        program + " is not installed (Debian package " + program + ")");
  }

  private static String run(OpenSsh client, String... line) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.directory(client.local("").toFile());
    builder.environment().put("HOME", client.local("").toString());
    Path output = client.local("output-" + line[0].replace('/', '_'));
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join(" ", line)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(String.join(" ", line) + "\n" + said).isZero();
    return said;
  }

  /** lftp chooses the order of a link's arguments by the server's identification. */
  @Test
  void lftpLinksInTheRightOrder() throws IOException {
    needs("lftp");
    TestAccount alice = gateway.account("lftp@acme").create();
    OpenSsh client = alice.openSsh();
    client.write("f", 3 * MIB);
    String connect =
        "set sftp:connect-program \"ssh -a -x -F %s -i %s\"; set net:max-retries 1; open sftp://lftp%%40acme:@quay; "
            .formatted(client.config(), alice.key().file());
    run(
        client,
        "lftp",
        "-c",
        connect + "put f; get f -o back; ln -s f soft; mkdir d; mv f d/g; ls");
    assertThat(Files.readSymbolicLink(alice.file("soft"))).isEqualTo(Path.of("f"));
    assertThat(OpenSsh.sha256(alice.file("d/g"))).isEqualTo(OpenSsh.sha256(client.local("f")));
    assertThat(OpenSsh.sha256(client.local("back"))).isEqualTo(OpenSsh.sha256(client.local("f")));
  }

  @Test
  void rcloneCopiesAndChecks() throws IOException {
    needs("rclone");
    TestAccount alice = gateway.account("rclone@acme").create();
    OpenSsh client = alice.openSsh();
    Files.createDirectories(client.local("tree/deep"));
    client.write("tree/a", 5 * MIB);
    client.write("tree/deep/b", 100);
    List<String> common =
        new ArrayList<>(
            List.of(
                "--config=/dev/null",
                "--sftp-host=127.0.0.1",
                "--sftp-port=" + gateway.port(),
                "--sftp-user=rclone@acme",
                "--sftp-key-file=" + alice.key().file(),
                "--sftp-shell-type=none",
                "--sftp-disable-hashcheck",
                "--retries=1"));
    rclone(client, common, "copy", "tree", ":sftp:tree");
    rclone(client, common, "check", "--download", "tree", ":sftp:tree");
    rclone(client, common, "move", ":sftp:tree", "back");
    assertThat(OpenSsh.sha256(client.local("back/a")))
        .isEqualTo(OpenSsh.sha256(client.local("tree/a")));
    assertThat(alice.file("tree/a")).doesNotExist();
  }

  private static void rclone(OpenSsh client, List<String> common, String... what)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("rclone"));
    line.addAll(common);
    line.addAll(List.of(what));
    run(client, line.toArray(String[]::new));
  }

  @Test
  void sshfsMountsTheHome() throws IOException {
    needs("sshfs");
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse cannot be opened here");
    TestAccount alice = gateway.account("sshfs@acme").create();
    OpenSsh client = alice.openSsh();
    Path at = Files.createDirectories(client.local("mounted"));
    try {
      run(
          client,
          "sshfs",
          "-F",
          client.config().toString(),
          "-o",
          "IdentityFile=" + alice.key().file(),
          "quay:/",
          at.toString());
    } catch (AssertionError refused) {
      assumeTrue(
          !String.valueOf(refused.getMessage()).contains("fuse"),
          "the kernel refuses FUSE mounts here");
      throw refused;
    }
    try {
      Files.writeString(at.resolve("f"), "hello");
      Files.writeString(at.resolve("f"), " again", java.nio.file.StandardOpenOption.APPEND);
      Files.createSymbolicLink(at.resolve("l"), Path.of("f"));
      Files.move(at.resolve("f"), at.resolve("g"));
      assertThat(Files.readString(at.resolve("g"))).isEqualTo("hello again");
      assertThat(Files.readSymbolicLink(at.resolve("l"))).isEqualTo(Path.of("f"));
      try (var channel =
          java.nio.channels.FileChannel.open(
              at.resolve("g"), java.nio.file.StandardOpenOption.WRITE)) {
        channel.truncate(5);
      }
      assertThat(alice.file("g")).hasContent("hello");
    } finally {
      run(client, "fusermount", "-u", at.toString());
    }
  }
}
