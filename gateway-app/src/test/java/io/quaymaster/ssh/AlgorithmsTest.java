package io.quaymaster.ssh;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is negotiated with OpenSSH's client, and what is not. */
class AlgorithmsTest {
  private static TestGateway gateway;
  private static TestAccount alice;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
    alice = gateway.account("alice@acme").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({
    "KexAlgorithms, diffie-hellman-group1-sha1, key exchange method",
    "KexAlgorithms, diffie-hellman-group14-sha1, key exchange method",
    "KexAlgorithms, diffie-hellman-group-exchange-sha1, key exchange method",
    "KexAlgorithms, diffie-hellman-group-exchange-sha256, key exchange method",
    "Ciphers, aes128-cbc, cipher",
    "Ciphers, 3des-cbc, cipher",
    "MACs, hmac-sha1, MAC",
    "MACs, hmac-md5, MAC",
    "MACs, hmac-sha1-etm@openssh.com, MAC",
    "HostKeyAlgorithms, ssh-rsa, host key type"
  })
  void theWeakIsRefused(String option, String name, String what) {
    OpenSsh client = alice.openSsh().with("-o", "LogLevel=INFO", "-o", option + "=" + name);
    if (option.equals("MACs")) {
      client = client.with("-c", "aes128-ctr");
    }
    client.sftp("ls").fails("no matching " + what + " found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KexAlgorithms=sntrup761x25519-sha512@openssh.com",
        "KexAlgorithms=curve25519-sha256",
        "KexAlgorithms=ecdh-sha2-nistp256",
        "KexAlgorithms=diffie-hellman-group16-sha512",
        "HostKeyAlgorithms=ssh-ed25519",
        "HostKeyAlgorithms=ecdsa-sha2-nistp256",
        "HostKeyAlgorithms=rsa-sha2-512"
      })
  void theStrongWorks(String option) {
    alice.openSsh().with("-o", option).sftp("ls").succeeds();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
  void keysOfEveryKindOpenTheDoor(String type) {
    gateway.account(type + "@acme").keyType(type).create().openSsh().sftp("ls").succeeds();
  }

  @Test
  void anRsaKeyCannotSignWithSha1() {
    TestAccount bob = gateway.account("bob@acme").keyType("rsa").create();
    bob.openSsh().with("-o", "PubkeyAcceptedAlgorithms=rsa-sha2-256").sftp("ls").succeeds();
    bob.openSsh().with("-o", "PubkeyAcceptedAlgorithms=ssh-rsa").sftp("ls").fails("Permission");
  }

  @Test
  void nothingIsCompressed() {
    alice
        .openSsh()
        .with("-o", "Compression=yes", "-v")
        .sftp("ls")
        .succeeds()
        .says("compression: none");
  }
}
