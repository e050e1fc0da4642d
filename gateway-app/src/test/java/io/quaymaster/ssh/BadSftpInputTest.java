package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that are framed and make no sense: each is answered with a status, does nothing, and the
 * channel goes on. OpenSSH's sftp-server dies of most of them.
 */
@Timeout(120)
class BadSftpInputTest {
  private static final int ID = 4711;

  private static TestGateway gateway;
  private static TestAccount bystander;
  private final LogWatch log = new LogWatch();
  private TestAccount alice;
  private SftpWire wire;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    bystander = gateway.account("bystander@acme").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void connect(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    alice = gateway.account(name + "@acme").create();
    alice.write("f", "content");
    wire = alice.wire();
  }

  @AfterEach
  void theChannelGoesOnAndOthersAreServed() {
    assertThat(wire.call(SftpMessage.about(SftpMessage.REALPATH, ".")).path()).isEqualTo("/");
    wire.close();
    bystander.openSsh().sftp("ls").succeeds();
    assertThat(alice.read("f")).isEqualTo("content");
    assertThat(alice.file(".").toFile().list()).containsExactly("f");
    gateway.comesToRest();
    log.sawNoError();
    log.close();
  }

  /** A whole and sensible request of every kind that has a body. */
  private Map<String, SftpMessage> sensible(String file, String directory) {
    Attributes all =
        new Attributes(7L, new Attributes.Owner(1, 1), 0644, new Attributes.Times(1, 1));
    Map<String, SftpMessage> requests = new LinkedHashMap<>();
    requests.put("open", SftpMessage.about(SftpMessage.OPEN, "g").u32(26).attributes(all));
    requests.put("close", SftpMessage.about(SftpMessage.CLOSE, file));
    requests.put("read", SftpMessage.read(file, 0, 10));
    requests.put("write", SftpMessage.write(file, 0, new byte[10]));
    requests.put("fstat", SftpMessage.about(SftpMessage.FSTAT, file));
    requests.put("setstat", SftpMessage.about(SftpMessage.SETSTAT, "f").attributes(all));
    requests.put("fsetstat", SftpMessage.about(SftpMessage.FSETSTAT, file).attributes(all));
    requests.put("readdir", SftpMessage.about(SftpMessage.READDIR, directory));
    requests.put("mkdir", SftpMessage.about(SftpMessage.MKDIR, "d").attributes(all));
    for (int type :
        List.of(
            SftpMessage.LSTAT,
            SftpMessage.OPENDIR,
            SftpMessage.REMOVE,
            SftpMessage.RMDIR,
            SftpMessage.REALPATH,
            SftpMessage.STAT,
            SftpMessage.READLINK)) {
      requests.put("request " + type, SftpMessage.about(type, "f"));
    }
    requests.put("rename", SftpMessage.about(SftpMessage.RENAME, "f").string("g"));
    requests.put("symlink", SftpMessage.about(SftpMessage.SYMLINK, "f").string("g"));
    requests.put("posix-rename", extended("posix-rename@openssh.com").string("f").string("g"));
    requests.put("hardlink", extended("hardlink@openssh.com").string("f").string("g"));
    requests.put("statvfs", extended("statvfs@openssh.com").string("f"));
    requests.put("fstatvfs", extended("fstatvfs@openssh.com").string(file));
    requests.put("fsync", extended("fsync@openssh.com").string(file));
    requests.put("lsetstat", extended("lsetstat@openssh.com").string("f").attributes(all));
    requests.put("expand-path", extended("expand-path@openssh.com").string("~/f"));
    requests.put("home-directory", extended("home-directory").string("x"));
    requests.put("copy-data", extended("copy-data").string(file).u64(0).u64(0).string(file).u64(0));
    requests.put(
        "users-groups-by-id",
        extended("users-groups-by-id@openssh.com").bytes(new byte[8]).bytes(new byte[8]));
    return requests;
  }

  private static SftpMessage extended(String name) {
    return SftpMessage.extended(name);
  }

  private SftpReply answer(byte[] framed) {
    wire.raw(framed);
    return wire.receive();
  }

  private void isBad(String what, byte[] framed) {
    SftpReply reply = answer(framed);
    assertThat(reply.toString()).as(what).startsWith("status 5 (BAD_MESSAGE: ");
    assertThat(reply.id()).as(what).isEqualTo(ID);
  }

  /** The same message, framed to end after so many bytes of its type, id and body. */
  private static byte[] cut(byte[] framed, int length) {
    byte[] shorter = Arrays.copyOf(framed, Integer.BYTES + length);
    ByteBuffer.wrap(shorter).putInt(length);
    return shorter;
  }

  @Test
  void aRequestThatEndsTooEarly() {
    String file = wire.open("f", SftpWire.READ | SftpWire.WRITE);
    String directory = wire.call(SftpMessage.about(SftpMessage.OPENDIR, "/")).handle();
    sensible(file, directory)
        .forEach(
            (name, request) -> {
              byte[] framed = request.framed(ID);
              for (int length = 5; length < framed.length - 4; length++) {
                isBad(name + " cut to " + length, cut(framed, length));
              }
            });
  }

  @Test
  void aStringThatIsLongerThanItsMessage() {
    String file = wire.open("f", SftpWire.READ | SftpWire.WRITE);
    String directory = wire.call(SftpMessage.about(SftpMessage.OPENDIR, "/")).handle();
    sensible(file, directory)
        .forEach(
            (name, request) -> {
              for (int length : List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20)) {
                byte[] framed = request.framed(ID);
                ByteBuffer.wrap(framed).putInt(9, length);
                isBad(name + " with a string of " + length, framed);
              }
            });
  }

  @Test
  void dataThatIsLongerThanItsWrite() {
    String file = wire.open("f", SftpWire.WRITE);
    for (long length : List.of(11L, 262_144L, 0x7fffffffL, 0x80000000L, 0xffffffffL)) {
      byte[] framed = SftpMessage.write(file, 0, new byte[10]).framed(ID);
      ByteBuffer.wrap(framed).putInt(framed.length - 10 - 4, (int) length);
      isBad("data of " + length, framed);
    }
  }

  @Test
  void aMessageAsLongAsIsAllowedIsServed() {
    byte[] longest = new byte[262_144 + 4];
    ByteBuffer.wrap(longest).putInt(262_144).put((byte) SftpMessage.LSTAT).putInt(ID).putInt(1);
    longest[13] = 'f';
    // What comes after the last field is nobody's business, as in sftp-server.
    assertThat(answer(longest).stat().size()).isEqualTo(7);
  }

  @Test
  void everyNumberThatIsNoRequest() {
    Set<Integer> known =
        Set.of(1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200);
    IntStream.range(0, 256)
        .filter(type -> !known.contains(type))
        .forEach(
            type ->
                assertThat(wire.status(SftpMessage.of(type)))
                    .as("request " + type)
                    .isEqualTo(SftpReply.OP_UNSUPPORTED));
  }

  @Test
  void extensionsThatNobodyKnows() {
    for (String name :
        List.of(
            "",
            "\0",
            "fsync",
            "fsync@openssh.com\0",
            "FSYNC@OPENSSH.COM",
            "md5-hash",
            "check-file",
            "vendor-id",
            "\u00ff\u00fe\n",
            "x".repeat(200_000))) {
      SftpReply reply = wire.call(extended(name).string("f"));
      assertThat(reply.status()).as(name).isEqualTo(SftpReply.OP_UNSUPPORTED);
      assertThat(reply.body()).as(name).hasSizeLessThan(100);
    }
  }

  @Test
  void initIsAnsweredAgainAndForgetsNothing() {
    String file = wire.open("f", SftpWire.READ);
    wire.init();
    assertThat(wire.call(SftpMessage.read(file, 0, 7)).data()).hasSize(7);
  }

  @Test
  void attributesThatAnnounceMoreThanThereIs() {
    int extended = 0x80000000;
    SftpMessage about = SftpMessage.about(SftpMessage.SETSTAT, "f");
    isBad("flags for all, and nothing", about.u32(-1).framed(ID));
    isBad(
        "2^32-1 pairs",
        SftpMessage.about(SftpMessage.SETSTAT, "f").u32(extended).u32(-1).framed(ID));
    isBad(
        "a million pairs",
        SftpMessage.about(SftpMessage.SETSTAT, "f").u32(extended).u32(1_000_000).framed(ID));
    isBad(
        "half a pair",
        SftpMessage.about(SftpMessage.SETSTAT, "f").u32(extended).u32(1).string("x").framed(ID));
    isBad(
        "a pair that is cut",
        SftpMessage.about(SftpMessage.SETSTAT, "f")
            .u32(extended)
            .u32(1)
            .string("x")
            .u32(9)
            .framed(ID));
    assertThat(
            wire.status(
                SftpMessage.about(SftpMessage.SETSTAT, "f")
                    .u32(extended)
                    .u32(1)
                    .string("x@y")
                    .string("z")))
        .as("an attribute that nobody knows is not set")
        .isEqualTo(SftpReply.OK);
    assertThat(wire.status(SftpMessage.about(SftpMessage.SETSTAT, "f").u32(0x7ffffff0)))
        .as("flags that mean nothing in version 3")
        .isEqualTo(SftpReply.OK);
  }

  @Test
  void handlesHaveALimitAndClosingFrees() {
    int most = 1024;
    List<String> open = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      open.add(
          i % 2 == 0
              ? wire.open("f", SftpWire.READ)
              : wire.call(SftpMessage.about(SftpMessage.OPENDIR, "/")).handle());
    }
    for (SftpMessage oneMore :
        List.of(
            SftpMessage.open("f", SftpWire.READ),
            SftpMessage.open("g", SftpWire.WRITE | SftpWire.CREATE),
            SftpMessage.about(SftpMessage.OPENDIR, "/"))) {
      SftpReply refused = wire.call(oneMore);
      assertThat(refused.status()).isEqualTo(SftpReply.FAILURE);
      assertThat(refused.message())
          .startsWith("TOO_MANY_HANDLES: a session may have 1024 files and directories open [");
    }
    assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, open.removeFirst()))).isZero();
    open.add(wire.open("f", SftpWire.READ));
    assertThat(open).doesNotHaveDuplicates().hasSize(most);
  }
}
