package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import io.quaymaster.ssh.sftp.SftpLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Answers that only ours gives, and those that random requests would seldom ask for. */
class SftpAnswersTest {
  private static TestGateway gateway;
  private TestAccount alice;

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
    alice =
        gateway
            .account("a" + Integer.toUnsignedString(test.getDisplayName().hashCode()) + "@acme")
            .create();
  }

  @Test
  void anUnknownRequestIsAnsweredAsUnsupported() {
    try (SftpWire wire = alice.wire()) {
      assertThat(wire.status(SftpMessage.of(99))).isEqualTo(SftpReply.OP_UNSUPPORTED);
      assertThat(wire.status(SftpMessage.extended("nothing@quay")))
          .isEqualTo(SftpReply.OP_UNSUPPORTED);
    }
  }

  @Test
  void renameNeverReplacesNotEvenALinkThatLeadsNowhere() {
    try (SftpWire wire = alice.wire()) {
      wire.call(SftpMessage.about(SftpMessage.SYMLINK, "nowhere").string("dangling"));
      wire.call(SftpMessage.about(SftpMessage.MKDIR, "d").attributes(Attributes.NONE));
      SftpReply reply = wire.call(SftpMessage.about(SftpMessage.RENAME, "d").string("dangling"));
      assertThat(reply.status()).isNotEqualTo(SftpReply.OK);
      assertThat(wire.call(SftpMessage.about(SftpMessage.READLINK, "dangling")).path())
          .isEqualTo("nowhere");
    }
  }

  @Test
  void aClosedHandleNeverMeansAnotherFile() {
    alice.write("one", "1");
    alice.write("two", "2");
    try (SftpWire wire = alice.wire()) {
      String first = wire.open("one", SftpWire.READ);
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, first))).isZero();
      String second = wire.open("two", SftpWire.READ);
      assertThat(second).isNotEqualTo(first);
      assertThat(wire.status(SftpMessage.read(first, 0, 1))).isEqualTo(SftpReply.FAILURE);
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, first)))
          .isNotEqualTo(SftpReply.OK);
      assertThat(wire.call(SftpMessage.read(second, 0, 1)).data()).isEqualTo(new byte[] {'2'});
    }
  }

  @Test
  void aHandleStaysWithItsFileWhenTheNameGoes() {
    alice.write("a", "hello");
    try (SftpWire wire = alice.wire()) {
      String handle = wire.open("a", SftpWire.READ | SftpWire.WRITE);
      assertThat(wire.status(SftpMessage.about(SftpMessage.REMOVE, "a"))).isZero();
      alice.write("a", "somebody else's");
      assertThat(wire.call(SftpMessage.about(SftpMessage.FSTAT, handle)).stat().size())
          .isEqualTo(5);
      Attributes cut = Attributes.size(2);
      assertThat(wire.status(SftpMessage.about(SftpMessage.FSETSTAT, handle).attributes(cut)))
          .isZero();
      assertThat(alice.file("a")).hasContent("somebody else's");
    }
  }

  @Test
  void aReadOf255KibIsAnsweredInFull() {
    alice.write("big", new byte[300_000]);
    try (SftpWire wire = alice.wire()) {
      String handle = wire.open("big", SftpWire.READ);
      int most = SftpLimits.DEFAULTS.readBytes();
      assertThat(wire.call(SftpMessage.read(handle, 0, 10_000_000)).data()).hasSize(most);
      assertThat(wire.call(SftpMessage.read(handle, most, most)).data()).hasSize(300_000 - most);
    }
  }

  @Test
  void limitsTellWhatIsKept() {
    try (SftpWire wire = alice.wire()) {
      ByteBuffer limits = wire.call(SftpMessage.extended("limits@openssh.com")).extended();
      SftpLimits ours = SftpLimits.DEFAULTS;
      assertThat(List.of(limits.getLong(), limits.getLong(), limits.getLong(), limits.getLong()))
          .containsExactly(
              (long) ours.packetBytes(),
              (long) ours.readBytes(),
              (long) ours.writeBytes(),
              (long) ours.handles());
    }
  }

  @Test
  void aWriteBeyondTheQuotaIsRefusedInWordsAndTheRestFits() {
    TestAccount poor = gateway.account("poor@acme").home("main", "poor").limitBytes(100).create();
    try (SftpWire wire = poor.wire()) {
      String handle = wire.open("f", SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.write(handle, 0, new byte[60]))).isZero();
      SftpReply refused = wire.call(SftpMessage.write(handle, 60, new byte[41]));
      assertThat(refused.status()).isEqualTo(SftpReply.FAILURE);
      assertThat(refused.message()).startsWith("QUOTA_BYTES: ").matches(".*\\[[a-z0-9]{8}\\]");
      assertThat(wire.status(SftpMessage.write(handle, 60, new byte[40]))).isZero();
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
    }
    assertThat(poor.file("f")).hasSize(100);
    assertThat(gateway.audit("poor")).contains("write refused QUOTA_BYTES");
  }

  @Test
  void everythingSentBeforeTheEndOfInputIsDoneAndAnswered() {
    try (SftpWire wire = alice.wire()) {
      String handle = wire.open("f", SftpWire.WRITE | SftpWire.CREATE);
      int writes = 200;
      byte[] piece = new byte[5_000];
      for (int i = 0; i < writes; i++) {
        wire.send(SftpMessage.write(handle, (long) i * piece.length, piece));
      }
      wire.send(SftpMessage.about(SftpMessage.CLOSE, handle));
      wire.send(SftpMessage.about(SftpMessage.MKDIR, "after").attributes(Attributes.NONE));
      wire.endOfInput();
      for (int i = 0; i < writes + 2; i++) {
        assertThat(wire.receive().status()).isZero();
      }
      assertThat(wire.ends()).isTrue();
    }
    assertThat(alice.file("f")).hasSize(1_000_000);
    assertThat(alice.file("after")).isDirectory();
  }

  @Test
  void namesOfUsersAndGroupsAreTheAccountsOwn() {
    try (SftpWire wire = alice.wire()) {
      byte[] us = ByteBuffer.allocate(8).putInt(1000).putInt(4711).array();
      ByteBuffer reply =
          wire.call(SftpMessage.extended("users-groups-by-id@openssh.com").bytes(us).bytes(us))
              .extended();
      byte[] users = new byte[reply.getInt()];
      reply.get(users);
      String username = alice.login().replace("@acme", "");
      assertThat(new String(users, StandardCharsets.US_ASCII)).endsWith(username + "\0\0\0\0");
    }
  }
}
