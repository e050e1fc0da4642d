package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Numbers, handles and paths that are well-formed and absurd: the status is the one that OpenSSH's
 * sftp-server gives, asked here side by side; where its answer is none of ours, ours is named.
 */
@Timeout(120)
class SftpExtremesTest {
  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;
  private Side ours;
  private Side theirs;

  /** One server and what is open there. */
  private record Side(SftpWire wire, String file, String closed, String directory) {
    static Side with(SftpWire wire) {
      String closed = wire.open("f", SftpWire.READ);
      String file = wire.open("f", SftpWire.READ | SftpWire.WRITE);
      String directory = wire.call(SftpMessage.about(SftpMessage.OPENDIR, ".")).handle();
      wire.call(SftpMessage.about(SftpMessage.CLOSE, closed));
      return new Side(wire, file, closed, directory);
    }

    /** How many bytes, or which status. */
    String answer(SftpMessage request) {
      SftpReply reply = wire.call(request);
      return switch (reply.type()) {
        case SftpReply.STATUS -> "status " + reply.status();
        case SftpReply.DATA -> reply.data().length + " bytes";
        default -> "answer " + reply.type();
      };
    }
  }

  @FunctionalInterface
  private interface Asking {
    SftpMessage of(Side side);
  }

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
    alice = gateway.account("alice@acme").create();
    TestAccount other = gateway.account("theirs@acme").create();
    alice.write("f", new byte[300_000]);
    other.write("f", new byte[300_000]);
    ours = Side.with(alice.wire());
    theirs = Side.with(SftpWire.openSshServer(other.file(".")));
  }

  @AfterEach
  void stop() {
    theirs.wire().close();
    ours.wire().close();
    gateway.account("bystander@acme").create().openSsh().sftp("ls").succeeds();
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  /** All answers at once, so that a failure shows every difference. */
  private void areAnsweredAsByOpenSsh(Map<String, Asking> requests) {
    assertThat(answers(requests, ours)).isEqualTo(answers(requests, theirs));
  }

  private static Map<String, String> answers(Map<String, Asking> requests, Side side) {
    return requests.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> side.answer(e.getValue().of(side)),
                (a, b) -> b,
                LinkedHashMap::new));
  }

  /** Every request that takes a handle. */
  private static Map<String, SftpMessage> about(String handle) {
    Map<String, SftpMessage> requests = new LinkedHashMap<>();
    requests.put("read", SftpMessage.read(handle, 0, 10));
    requests.put("write", SftpMessage.write(handle, 0, new byte[10]));
    requests.put("fstat", SftpMessage.about(SftpMessage.FSTAT, handle));
    requests.put(
        "fsetstat",
        SftpMessage.about(SftpMessage.FSETSTAT, handle).attributes(Attributes.mode(0600)));
    requests.put("readdir", SftpMessage.about(SftpMessage.READDIR, handle));
    requests.put("fstatvfs", SftpMessage.extended("fstatvfs@openssh.com").string(handle));
    requests.put("fsync", SftpMessage.extended("fsync@openssh.com").string(handle));
    requests.put("close", SftpMessage.about(SftpMessage.CLOSE, handle));
    return requests;
  }

  private static SftpMessage about(String handle, String request) {
    return Objects.requireNonNull(about(handle).get(request));
  }

  @Test
  void handlesThatAreNone() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    List<String> wrong =
        List.of(
            "",
            "\0",
            "\0\0\0",
            "\u00ff\u00ff\u00ff\u00ff",
            "\0\0\0\u0007\0\0\0\u0001",
            "\0\0\0\0\0\0\0\0",
            "\u0080\0\0\0\0\0\0\1",
            "\u00ff".repeat(8),
            "x".repeat(256),
            "x".repeat(100_000));
    for (String handle : wrong) {
      about(handle)
          .forEach(
              (name, request) ->
                  requests.put(name + " of no handle " + wrong.indexOf(handle), _ -> request));
    }
    about("")
        .keySet()
        .forEach(name -> requests.put(name + " of a closed one", s -> about(s.closed(), name)));
    areAnsweredAsByOpenSsh(requests);
  }

  @Test
  void aDirectoryIsNoFileAndAFileIsNoDirectory() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    Stream.of("read", "write", "fstat", "fsetstat", "fstatvfs", "fsync")
        .forEach(name -> requests.put(name + " of a directory", s -> about(s.directory(), name)));
    requests.put("readdir of a file", s -> about(s.file(), "readdir"));
    areAnsweredAsByOpenSsh(requests);
  }

  @Test
  void aHandleOfAnotherChannelIsNoneHere() {
    try (SftpWire second = alice.wire()) {
      assertThat(second.status(SftpMessage.about(SftpMessage.CLOSE, ours.file())))
          .isEqualTo(SftpReply.NO_SUCH_FILE);
      assertThat(second.status(SftpMessage.read(ours.file(), 0, 1))).isEqualTo(SftpReply.FAILURE);
    }
    assertThat(ours.answer(SftpMessage.read(ours.file(), 0, 1))).isEqualTo("1 bytes");
  }

  @Test
  void readsOfAnyPlaceAndLength() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    for (long offset : List.of(0L, 299_999L, 300_000L, 1L << 40, MIN, MIN + 1, -1L)) {
      for (long length : List.of(0L, 1L, 0x7fffffffL, 0x80000000L, 0xffffffffL)) {
        requests.put(
            "read %d at %d".formatted(length, offset),
            s -> SftpMessage.read(s.file(), offset, length));
      }
    }
    areAnsweredAsByOpenSsh(requests);
    // Beyond what the file system can seek to; there, sftp-server's seek fails, ours needs none.
    for (long offset : List.of(MAX - 1, MAX)) {
      assertThat(ours.answer(SftpMessage.read(ours.file(), offset, 1))).isEqualTo("status 1");
    }
  }

  @Test
  void writesBeyondEverything() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    for (long offset : List.of(MAX, MIN, MIN + 1, -1L, -10L)) {
      for (int length : List.of(1, 10)) {
        requests.put(
            "write %d at %d".formatted(length, offset),
            s -> SftpMessage.write(s.file(), offset, new byte[length]));
      }
    }
    areAnsweredAsByOpenSsh(requests);
    for (long offset : List.of(MAX - 10, MAX - 1, 1L << 62)) {
      assertThat(ours.answer(SftpMessage.write(ours.file(), offset, new byte[1])))
          .as("write at " + offset)
          .isEqualTo("status " + SftpReply.FAILURE);
    }
    assertThat(alice.file("f")).hasSize(300_000);
  }

  @Test
  void sizesThatNoFileHas() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    for (long size : List.of(-1L, -300_000L, MIN, MIN + 1, MAX, MAX - 1, 1L << 62)) {
      Attributes wanted = Attributes.size(size);
      requests.put(
          "setstat " + size, _ -> SftpMessage.about(SftpMessage.SETSTAT, "f").attributes(wanted));
      requests.put(
          "fsetstat " + size,
          s -> SftpMessage.about(SftpMessage.FSETSTAT, s.file()).attributes(wanted));
    }
    areAnsweredAsByOpenSsh(requests);
    assertThat(alice.file("f")).hasSize(300_000);
  }

  @Test
  void pathsOfEveryLength() {
    Map<String, Asking> requests = new LinkedHashMap<>();
    List<String> paths = new ArrayList<>();
    for (int length : List.of(255, 256, 1_000, 4_095, 4_096, 65_535, 200_000)) {
      paths.add("x".repeat(length));
      paths.add("/".repeat(length));
      paths.add("./".repeat(length / 2));
      paths.add("x/".repeat(length / 2));
    }
    for (String path : paths) {
      for (int type :
          List.of(
              SftpMessage.STAT,
              SftpMessage.LSTAT,
              SftpMessage.OPENDIR,
              SftpMessage.READLINK,
              SftpMessage.REMOVE)) {
        requests.put(
            "request %d of %d times %.2s".formatted(type, path.length(), path),
            _ -> SftpMessage.about(type, path));
      }
    }
    areAnsweredAsByOpenSsh(requests);
  }

  @Test
  void pathsThatOnlyOursTakes() {
    for (int type :
        List.of(SftpMessage.STAT, SftpMessage.REALPATH, SftpMessage.REMOVE, SftpMessage.MKDIR)) {
      for (String path : List.of("\0", "f\0", "f\0/../g", "\0f", "../".repeat(10_000) + "f")) {
        assertThat(ours.wire().status(SftpMessage.about(type, path).attributes(Attributes.NONE)))
            .as("request %d of %.9s", type, path.replace('\0', '0'))
            .isEqualTo(SftpReply.BAD_MESSAGE);
      }
    }
    assertThat(
            ours.wire().call(SftpMessage.about(SftpMessage.REALPATH, "../".repeat(1_300))).path())
        .isEqualTo("/");
  }
}
