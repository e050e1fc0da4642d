package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What internal-sftp takes as options (-R -u -d -p -P), and what it has not, as an account's data.
 */
class AccountSettingsTest {
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  @Test
  void aReadOnlyAccountReads() {
    TestAccount reader = gateway.account("reader@acme").readOnly().create();
    reader.write("f", "12345");
    OpenSsh client = reader.openSsh();
    client.sftp("get f", "ls -l", "df").succeeds();
    client.write("up", 1);
    for (String change :
        List.of(
            "put up",
            "rm f",
            "rename f g",
            "mkdir d",
            "rmdir d",
            "chmod 600 f",
            "ln -s f l",
            "ln f h")) {
      client.sftp(change).fails("");
    }
    assertThat(reader.file("f")).hasContent("12345");
    assertThat(reader.file(".")).isDirectoryNotContaining("glob:**/{up,g,d,l,h}");
    try (SftpWire wire = reader.wire()) {
      SftpReply reply = wire.call(SftpMessage.about(SftpMessage.REMOVE, "f"));
      assertThat(reply.status()).isEqualTo(SftpReply.PERMISSION_DENIED);
      assertThat(reply.message()).startsWith("READ_ONLY: ");
      assertThat(wire.extensions()).doesNotContainKey("posix-rename@openssh.com");
    }
  }

  @Test
  void deniedRequestsAreRefusedAndNotAnnounced() {
    TestAccount some =
        gateway.account("some@acme").denyRequests("symlink", "posix-rename", "remove").create();
    some.write("f", "1");
    some.openSsh().sftp("ln -s f l").fails("Permission denied");
    some.openSsh().sftp("rm f").fails("Permission denied");
    some.openSsh().sftp("rename f g").succeeds();
    try (SftpWire wire = some.wire()) {
      assertThat(wire.extensions()).doesNotContainKey("posix-rename@openssh.com");
      SftpReply reply = wire.call(SftpMessage.about(SftpMessage.REMOVE, "g"));
      assertThat(reply.status()).isEqualTo(SftpReply.PERMISSION_DENIED);
      assertThat(reply.message()).startsWith("REQUEST_DENIED: ").matches(".*\\[[a-z0-9]{8}\\]");
    }
  }

  @Test
  void onlyAllowedRequestsAreServed() {
    TestAccount few =
        gateway
            .account("few@acme")
            .allowRequests("open", "close", "write", "realpath", "stat", "lstat", "fsetstat")
            .create();
    OpenSsh client = few.openSsh();
    client.write("drop", 10);
    client.sftp("put drop").succeeds();
    client.sftp("ls").says("remote readdir(\"/\"): Permission denied");
    client.sftp("get drop").fails("Permission denied");
    assertThat(few.file("drop")).hasSize(10);
  }

  @Test
  void theUmaskAndTheStartDirectory() {
    TestAccount masked =
        gateway.account("masked@acme").umask(027).startDirectory("/in/box").create();
    masked.write("in/box/there", "");
    OpenSsh client = masked.openSsh();
    client.write("f", 1);
    client.sftp("pwd", "put f", "mkdir d", "cd ..", "pwd").succeeds().says("/in/box\n", "/in\n");
    assertThat(mode(masked.file("in/box/f"))).isEqualTo("rw-r-----");
    assertThat(mode(masked.file("in/box/d"))).isEqualTo("rwxr-x---");
  }

  @Test
  void permissionsDecideWhatADropBoxMayDo() {
    TestAccount drop = gateway.account("drop@acme").permissions("create,mkdir").create();
    drop.write("old", "old");
    try (SftpWire wire = drop.wire()) {
      String handle = wire.open("new", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.write(handle, 0, new byte[5]))).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
      int denied = SftpReply.PERMISSION_DENIED;
      assertThat(wire.call(SftpMessage.open("new", SftpWire.READ)).status()).isEqualTo(denied);
      assertThat(wire.call(SftpMessage.open("old", SftpWire.WRITE)).status()).isEqualTo(denied);
      assertThat(wire.call(SftpMessage.open("old", SftpWire.WRITE | SftpWire.TRUNCATE)).status())
          .isEqualTo(denied);
      for (int type :
          List.of(SftpMessage.OPENDIR, SftpMessage.REMOVE, SftpMessage.LSTAT, SftpMessage.RMDIR)) {
        assertThat(wire.status(SftpMessage.about(type, "old")))
            .as("type " + type)
            .isEqualTo(denied);
      }
      assertThat(wire.status(SftpMessage.about(SftpMessage.RENAME, "old").string("older")))
          .isEqualTo(denied);
      assertThat(
              wire.status(
                  SftpMessage.about(SftpMessage.SETSTAT, "old").attributes(Attributes.mode(0777))))
          .isEqualTo(denied);
    }
    assertThat(drop.file("old")).hasContent("old");
  }

  @Test
  void aMountHasPermissionsOfItsOwn() {
    TestAccount mounted =
        gateway.account("mounted@acme").mount("/lake", "lake", "shore", "list,read").create();
    Path lake = gateway.stores().resolve("acme/lake/shore");
    OpenSsh client = mounted.openSsh();
    client.write("f", 2);
    client.sftp("ls -la", "put f home-file").succeeds().says("lake");
    client.sftp("put f lake/f").fails("");
    assertThat(lake.resolve("f")).doesNotExist();
    client.sftp("rename home-file lake/f").fails("");
    client.sftp("rmdir lake").fails("");
    client.sftp("ln -s /lake l", "ls l/").succeeds();
    client.sftp("put f l/f").fails("");
  }

  @Test
  void theProtocolIsAPermissionToo() {
    gateway
        .account("scponly@acme")
        .protocols("scp")
        .create()
        .openSsh()
        .ssh("-s", "quay", "sftp")
        .fails("PROTOCOL_DENIED: this account may not use sftp.");
  }

  @Test
  void aFileMayBeTooLarge() {
    TestAccount small = gateway.account("small@acme").maxFileBytes(100).create();
    OpenSsh client = small.openSsh();
    client.write("big", 101);
    client.sftp("put big").fails("Failure");
    try (SftpWire wire = small.wire()) {
      String handle = wire.open("f", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.call(SftpMessage.write(handle, 50, new byte[51])).message())
          .startsWith("FILE_TOO_LARGE: ");
      assertThat(wire.status(SftpMessage.write(handle, 50, new byte[50]))).isZero();
    }
  }
}
