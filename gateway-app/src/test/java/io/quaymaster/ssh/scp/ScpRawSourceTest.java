package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.files.FileFailure;
import io.quaymaster.transfer.Transfer;
import io.quaymaster.transfer.Transfer.Outcome;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is sent, byte by byte. */
@Timeout(60)
class ScpRawSourceTest {
  private static final String OK = "\0";

  @TempDir Path folder;
  private ScpTestServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ScpTestServer(folder);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private Path file(String name, String content) throws Exception {
    Path file = Files.writeString(server.home.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    return file;
  }

  private Outcome outcome() {
    assertThat(server.chronicle.transfers).hasSize(1);
    Transfer transfer = server.chronicle.transfers.getFirst();
    return transfer.outcome();
  }

  @Test
  void speaksTheProtocol() throws Exception {
    Files.createDirectory(server.home.resolve("d"));
    file("d/f", "hello");
    Files.setLastModifiedTime(server.home.resolve("d"), FileTime.fromMillis(1_100_000_000_000L));
    Files.setPosixFilePermissions(
        server.home.resolve("d"), PosixFilePermissions.fromString("rwxr-x---"));
    try (RawScp scp = new RawScp(server, "scp -rp -f d")) {
      scp.send(OK);
      assertThat(scp.line()).startsWith("T1100000000 0 ").endsWith(" 0");
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("D0750 0 d");
      scp.send(OK);
      assertThat(scp.line()).startsWith("T1000000000 0 ").endsWith(" 0");
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 5 f");
      scp.send(OK);
      assertThat(scp.bytes(6)).asString().isEqualTo("hello\0");
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("E");
      scp.send(OK);
      assertThat(scp.expectExit(0)).isEmpty();
    }
    assertThat(outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void passesOverWhatTheClientDoesNotWant() throws Exception {
    file("a", "1");
    file("b", "2");
    try (RawScp scp = new RawScp(server, "scp -f a b")) {
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 1 a");
      scp.send("\1no\n");
      assertThat(scp.line()).isEqualTo("C0640 1 b");
      scp.send("\2enough\n");
      assertThat(scp.expectExit(1)).isEmpty();
    }
    assertThat(server.chronicle.transfers)
        .extracting(Transfer::outcome)
        .containsExactly(Outcome.ABORTED, Outcome.ABORTED);
  }

  @Test
  void fillsUpAFileThatShrinksMeanwhile() throws Exception {
    Path file = file("f", "x".repeat(200_000));
    file("g", "y");
    try (RawScp scp = new RawScp(server, "scp -f f g")) {
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 200000 f");
      Files.writeString(file, "x".repeat(100_000));
      scp.send(OK);
      assertThat(scp.bytes(200_000))
          .asString()
          .isEqualTo("x".repeat(100_000) + "\0".repeat(100_000));
      assertThat(scp.answer())
          .startsWith("scp: f: STORE_ERROR: the file became shorter while it was sent [");
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 1 g");
      scp.send(OK);
      assertThat(scp.bytes(2)).asString().isEqualTo("y\0");
      scp.send(OK);
      assertThat(scp.expectExit(1)).isEmpty();
    }
    assertThat(server.chronicle.transfers.getFirst().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void sendsNoMoreOfAFileThatGrowsThanItAnnounced() throws Exception {
    Path file = file("f", "abc");
    try (RawScp scp = new RawScp(server, "scp -f f")) {
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 3 f");
      Files.writeString(file, "abcdef");
      scp.send(OK);
      assertThat(scp.bytes(4)).asString().isEqualTo("abc\0");
      scp.send(OK);
      assertThat(scp.expectExit(0)).isEmpty();
    }
    assertThat(outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void announcesAFileBeyond32Bits() throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(file("large", "").toFile(), "rw")) {
      large.setLength(5_000_000_000L);
    }
    try (RawScp scp = new RawScp(server, "scp -f large")) {
      scp.send(OK);
      assertThat(scp.line()).isEqualTo("C0640 5000000000 large");
      scp.send(OK);
      assertThat(scp.bytes(1_000_000)).containsOnly(0);
      scp.vanish();
    }
    Awaitility.await().until(() -> !server.chronicle.transfers.isEmpty());
    assertThat(outcome()).isEqualTo(Outcome.ABORTED);
  }

  @Test
  void stopsAtItsDepth() throws Exception {
    Path directory = server.home;
    for (int i = 0; i < ScpLimits.DEPTH + 1; i++) {
      directory = Files.createDirectory(directory.resolve("d"));
    }
    try (RawScp scp = new RawScp(server, "scp -r -f d")) {
      scp.send(OK);
      for (int i = 0; i < ScpLimits.DEPTH; i++) {
        assertThat(scp.line()).startsWith("D0");
        scp.send(OK);
      }
      assertThat(scp.answer()).endsWith("more than 512 directories inside each other");
      for (int i = 0; i < ScpLimits.DEPTH; i++) {
        assertThat(scp.line()).isEqualTo("E");
        scp.send(OK);
      }
      assertThat(scp.expectExit(1)).isEmpty();
    }
  }

  @Test
  void boundsWildcards() throws Exception {
    for (String name : new String[] {"a", "b", "c"}) {
      file(name, "");
    }
    ScpPath all = ScpPath.of(LineWords.split("*").getFirst());
    try (AccountFiles files = server.openFiles()) {
      assertThat(new PathExpander(files, 3, 100).expand(all)).containsExactly("a", "b", "c");
      assertThatThrownBy(() -> new PathExpander(files, 2, 100).expand(all))
          .isInstanceOf(FileFailure.class)
          .hasMessageContaining("more than 2 paths");
      // The entries . and .., and the end, are looked at too.
      assertThat(new PathExpander(files, 3, 6).expand(all)).hasSize(3);
      assertThatThrownBy(() -> new PathExpander(files, 3, 5).expand(all))
          .isInstanceOf(FileFailure.class)
          .hasMessageContaining("more than 5 directory entries");
    }
  }
}
