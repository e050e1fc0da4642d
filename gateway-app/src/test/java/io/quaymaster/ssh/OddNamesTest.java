package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.ByteText;
import io.quaymaster.ssh.SftpMessage.Attributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names are bytes: whatever is no slash and no NUL comes back as it went. */
class OddNamesTest {
  private static final List<String> NAMES =
      List.of(
          " ",
          "two  words ",
          "'single'",
          "\"double\"",
          "back\\slash",
          "new\nline",
          "\r",
          "\t",
          "-rf",
          "--",
          "*",
          "[a]?",
          "$(id)",
          "`id`",
          ";",
          "~",
          "...",
          "#",
          ByteText.ofUnicode("größe"),
          ByteText.ofUnicode("日本語"),
          ByteText.ofUnicode("\u202efdp.exe"),
          "\u00ff\u00fe",
          "half\u00c3",
          "\u0001\u007f",
          "n".repeat(255));

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static Set<String> names(SftpWire wire, String folder) {
    return wire.list(folder).stream()
        .map(SftpReply.Name::name)
        .filter(name -> !name.equals(".") && !name.equals(".."))
        .collect(Collectors.toSet());
  }

  @Test
  void everyNameIsCreatedListedRenamedAndRemoved() {
    try (SftpWire wire = gateway.account("raw@acme").create().wire()) {
      for (String name : NAMES) {
        String handle = wire.open("/" + name, SftpWire.WRITE | SftpWire.CREATE);
        assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
      }
      assertThat(names(wire, "/")).containsExactlyInAnyOrderElementsOf(NAMES);
      for (String name : NAMES) {
        assertThat(wire.call(SftpMessage.about(SftpMessage.REALPATH, name)).path())
            .isEqualTo("/" + name);
        assertThat(wire.status(SftpMessage.about(SftpMessage.RENAME, name).string("renamed")))
            .isZero();
        assertThat(wire.status(SftpMessage.about(SftpMessage.REMOVE, "renamed"))).isZero();
      }
      assertThat(names(wire, "/")).isEmpty();
    }
  }

  /** Down into the client's folder and up again, by OpenSSH's own client. */
  @Test
  void openSshsClientTakesThemDownAndUpAgain() {
    TestAccount alice = gateway.account("alice@acme").create();
    OpenSsh client = alice.openSsh();
    try (SftpWire wire = alice.wire()) {
      wire.call(SftpMessage.about(SftpMessage.MKDIR, "all").attributes(Attributes.NONE));
      for (String name : NAMES) {
        String handle = wire.open("all/" + name, SftpWire.WRITE | SftpWire.CREATE);
        wire.call(SftpMessage.write(handle, 0, ByteText.bytes(name)));
        wire.call(SftpMessage.about(SftpMessage.CLOSE, handle));
      }
      client.sftp("get -r all", "mkdir up", "put -r all up/", "ls -la all").succeeds();
      assertThat(names(wire, "up/all")).isEqualTo(names(wire, "all"));
      for (String name : NAMES) {
        String handle = wire.open("up/all/" + name, SftpWire.READ);
        assertThat(wire.call(SftpMessage.read(handle, 0, 300)).data())
            .isEqualTo(ByteText.bytes(name));
        wire.call(SftpMessage.about(SftpMessage.CLOSE, handle));
      }
    }
  }

  @Test
  void quotedNamesOnSftpsCommandLine() {
    TestAccount bob = gateway.account("bob@acme").create();
    OpenSsh client = bob.openSsh();
    client.write("two  words", 3);
    client
        .sftp(
            "put \"two  words\" \"a 'b' c\"",
            "rename \"a 'b' c\" back\\ slash",
            "put \"two  words\" \\*",
            "get \\* star",
            "rm \\*",
            "mkdir größe",
            "cd größe",
            "pwd")
        .succeeds()
        .says("/größe");
    assertThat(bob.file("back slash")).hasSize(3);
    assertThat(client.local("star")).hasSize(3);
  }

  @Test
  void pathsAsDeepAsTheProtocolAllows() {
    TestAccount carol = gateway.account("carol@acme").create();
    try (SftpWire wire = carol.wire()) {
      String name = "d".repeat(100);
      StringBuilder path = new StringBuilder();
      while (path.length() + name.length() + 1 <= 4_000) {
        path.append('/').append(name);
        assertThat(
                wire.status(
                    SftpMessage.about(SftpMessage.MKDIR, path.toString())
                        .attributes(Attributes.NONE)))
            .isZero();
      }
      String file = path + "/f";
      String handle = wire.open(file, SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
      assertThat(wire.call(SftpMessage.about(SftpMessage.LSTAT, file)).stat().isFile()).isTrue();
      assertThat(wire.status(SftpMessage.about(SftpMessage.LSTAT, path + "/" + "x".repeat(200))))
          .isEqualTo(SftpReply.BAD_MESSAGE);
    }
  }

  @Test
  void aNameInTheLogIsOneValue() {
    try (LogWatch log = new LogWatch();
        SftpWire wire = gateway.account("quoter@acme").create().wire()) {
      String handle = wire.open("/a\" bytes=0 \\", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.write(handle, 0, new byte[5]))).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
      assertThat(log.lines())
          .filteredOn(line -> line.startsWith("upload completed account=quoter@acme"))
          .singleElement()
          .asString()
          .contains(" path=\"/a\\\" bytes=0 \\\\\" bytes=5 ");
    }
  }
}
