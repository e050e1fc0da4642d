package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several sessions at one upload, one directory, two stores. */
class BucketSessionsTest {
  private static final int UPLOAD = SftpWire.WRITE | SftpWire.CREATE | SftpWire.TRUNCATE;
  private static final int RESUME = SftpWire.WRITE | SftpWire.CREATE;

  private TestGateway gateway;
  private BucketBackDoor bucket;
  private TestAccount alice;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.stores(BackDoor.Kind.BUCKET));
    bucket = (BucketBackDoor) gateway.backDoor();
    alice =
        gateway
            .account("alice@acme")
            .limitBytes(1_000_000)
            .mount("/lake", "lake", "", "list,read,write,create,delete,rename,setattr")
            .create();
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    assertThat(bucket.uploadsUnderWay()).isZero();
    gateway.close();
  }

  private static SftpReply write(SftpWire wire, String handle, long offset, String text) {
    return wire.call(SftpMessage.write(handle, offset, text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static SftpReply close(SftpWire wire, String handle) {
    return wire.call(SftpMessage.about(SftpMessage.CLOSE, handle));
  }

  private static String name(SftpMessage about, SftpWire wire) {
    return wire.call(about).message();
  }

  @Test
  void whoGoesOnWithAnUploadTakesItOver() {
    try (SftpWire first = alice.wire();
        SftpWire second = alice.wire()) {
      String stuck = first.open("f", UPLOAD);
      assertThat(write(first, stuck, 0, "hello").status()).isZero();
      String goesOn = second.open("f", RESUME);
      assertThat(write(second, goesOn, 5, " again").status()).isZero();
      assertThat(write(first, stuck, 5, "?????").message())
          .startsWith("BUSY: another session goes on with this upload");
      assertThat(close(second, goesOn).status()).isZero();
      assertThat(close(first, stuck).status()).isNotZero();
    }
    assertThat(alice.read("f")).isEqualTo("hello again");
    assertThat(used()).isEqualTo("11 1");
  }

  @Test
  void aFileIsRemovedWhileItIsUploaded() {
    try (SftpWire wire = alice.wire();
        SftpWire other = alice.wire()) {
      String handle = wire.open("f", UPLOAD);
      assertThat(write(wire, handle, 0, "hello").status()).isZero();
      assertThat(other.status(SftpMessage.about(SftpMessage.REMOVE, "f"))).isZero();
      assertThat(close(wire, handle).status()).isNotZero();
      assertThat(other.status(SftpMessage.about(SftpMessage.STAT, "f")))
          .isEqualTo(SftpReply.NO_SUCH_FILE);
    }
    assertThat(used()).isEqualTo("0 0");
  }

  @Test
  void aDirectoryWithAnUploadInItStaysWhereItIs() {
    try (SftpWire wire = alice.wire()) {
      wire.call(SftpMessage.about(SftpMessage.MKDIR, "d").attributes(Attributes.NONE));
      String handle = wire.open("d/f", UPLOAD);
      assertThat(write(wire, handle, 0, "hello").status()).isZero();
      assertThat(name(SftpMessage.about(SftpMessage.RENAME, "d").string("e"), wire))
          .startsWith("BUSY: an upload that is not complete lies in the directory");
      assertThat(name(SftpMessage.about(SftpMessage.RMDIR, "d"), wire))
          .startsWith("DIRECTORY_NOT_EMPTY: ");
      assertThat(close(wire, handle).status()).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.RENAME, "d").string("e"))).isZero();
    }
    assertThat(alice.read("e/f")).isEqualTo("hello");
    assertThat(used()).isEqualTo("5 1");
  }

  /** Until the new one is complete, everybody reads the old one. */
  @Test
  void aBrokenReplacementLeavesWhatWasThere() {
    alice.openSsh().sftp("!echo old > f", "put f").succeeds();
    try (SftpWire wire = alice.wire()) {
      String handle = wire.open("f", UPLOAD);
      assertThat(write(wire, handle, 0, "replaced").status()).isZero();
    }
    gateway.comesToRest();
    assertThat(alice.read("f")).isEqualTo("old\n");
    assertThat(used()).isEqualTo("12 2");
    OpenSsh client = alice.openSsh();
    client.sftp("get f").succeeds();
    assertThat(client.local("f")).hasContent("old");
    client.sftp("rename f g", "get g").succeeds();
    assertThat(client.local("g")).hasContent("old");
    client.sftp("rm g").succeeds();
    client.sftp("-rm f").succeeds();
    assertThat(used()).isEqualTo("0 0");
  }

  @Test
  void betweenTwoStoresAFileIsCopiedAndNotRenamed() {
    OpenSsh client = alice.openSsh();
    client.write("f", 300_000);
    client.sftp("put f", "cp f lake/f").succeeds();
    assertThat(bucket.keys("acme/lake/")).containsEntry("acme/lake/f", 300_000L);
    client.sftp("rename f lake/g").fails("remote rename \"/f\" to \"/lake/g\": Failure");
    client.sftp("get lake/f back").succeeds();
    assertThat(client.local("back")).hasSameBinaryContentAs(client.local("f"));
    assertThat(used()).isEqualTo("300000 1");
  }

  /** Of the home's place, settled. */
  private String used() {
    gateway.comesToRest();
    return alice.usedBytes() + " " + alice.usedFiles();
  }
}
