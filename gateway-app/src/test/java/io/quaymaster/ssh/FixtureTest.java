package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The first play: what the fixture promises to those who copy it. */
class FixtureTest {
  @Test
  void anAccountUploadsWithItsKeyAndDownloadsWithItsPassword() {
    try (TestGateway gateway = TestGateway.start()) {
      TestAccount alice = gateway.account("alice@acme").limitBytes(1_000).create();
      OpenSsh client = alice.openSsh();
      client.write("report.csv", 321);

      client.sftp("mkdir in", "put report.csv in/").succeeds();

      assertThat(alice.file("in/report.csv")).hasSize(321);
      try (SftpWire wire = alice.wire()) {
        String handle = wire.open("/in/report.csv", SftpWire.READ);
        assertThat(wire.call(SftpMessage.read(handle, 300, 100)).data()).hasSize(21);
        assertThat(wire.call(SftpMessage.about(SftpMessage.CLOSE, handle)).status()).isZero();
      }
      gateway.comesToRest();
      assertThat(gateway.audit("alice"))
          .filteredOn(line -> line.startsWith("login "))
          .containsExactly("login ok -", "login ok -");
    }
  }

  @Test
  void openSshsServerAnswersOnTheSameWire() {
    try (TestGateway gateway = TestGateway.start()) {
      TestAccount alice = gateway.account("alice@acme").create();
      alice.write("a", "hello");
      try (SftpWire wire = SftpWire.openSshServer(alice.file("."))) {
        assertThat(wire.call(SftpMessage.about(SftpMessage.LSTAT, "a")).stat().size()).isEqualTo(5);
        try (SftpWire ours = alice.wire()) {
          assertThat(ours.extensions()).isEqualTo(wire.extensions());
        }
      }
    }
  }
}
