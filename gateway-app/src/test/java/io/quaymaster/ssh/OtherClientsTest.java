package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Clients that are no OpenSSH sftp, on a home on disk. */
class OtherClientsTest {
  private static final int MIB = 1 << 20;
  private static TestGateway gateway;
  private TestAccount alice;
  private OpenSsh client;
  private OtherClients others;

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
    alice = gateway.account(name + "@acme").create();
    client = alice.openSsh();
    others = new OtherClients(gateway, alice, client);
  }

  /** lftp chooses the order of a link's arguments by the server's identification. */
  @Test
  void lftpLinksInTheRightOrder() throws IOException {
    client.write("f", 3 * MIB);
    others.lftp("put f; get f -o back; ln -s f soft; mkdir d; mv f d/g; ls").succeeds();
    assertThat(Files.readSymbolicLink(alice.file("soft"))).isEqualTo(Path.of("f"));
    assertThat(OpenSsh.sha256(alice.file("d/g"))).isEqualTo(OpenSsh.sha256(client.local("f")));
    assertThat(OpenSsh.sha256(client.local("back"))).isEqualTo(OpenSsh.sha256(client.local("f")));
  }

  @Test
  void rcloneCopiesAndChecks() throws IOException {
    Files.createDirectories(client.local("tree/deep"));
    client.write("tree/a", 5 * MIB);
    client.write("tree/deep/b", 100);
    others.rclone("copy", "tree", ":sftp:tree").succeeds();
    others.rclone("check", "--download", "tree", ":sftp:tree").succeeds();
    others.rclone("move", ":sftp:tree", "back").succeeds();
    assertThat(OpenSsh.sha256(client.local("back/a")))
        .isEqualTo(OpenSsh.sha256(client.local("tree/a")));
    assertThat(alice.file("tree/a")).doesNotExist();
  }

  @Test
  void sshfsMountsTheHome() throws IOException {
    try (OtherClients.Mount home = others.sshfs()) {
      Files.writeString(home.file("f"), "hello");
      Files.writeString(home.file("f"), " again", StandardOpenOption.APPEND);
      Files.createSymbolicLink(home.file("l"), Path.of("f"));
      Files.move(home.file("f"), home.file("g"));
      assertThat(Files.readString(home.file("g"))).isEqualTo("hello again");
      assertThat(Files.readSymbolicLink(home.file("l"))).isEqualTo(Path.of("f"));
      try (FileChannel channel = FileChannel.open(home.file("g"), StandardOpenOption.WRITE)) {
        channel.truncate(5);
      }
      assertThat(alice.file("g")).hasContent("hello");
    }
  }
}
