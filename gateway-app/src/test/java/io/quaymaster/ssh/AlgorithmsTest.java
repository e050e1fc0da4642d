package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is negotiated with OpenSSH's client under each policy, and what is not. */
class AlgorithmsTest {
  private static final List<String> HERE = List.of("127.0.0.0/8");

  private static TestGateway gateway;
  private static TestAccount alice;

  /** With a key of a kind that every policy knows. */
  private static TestAccount everywhere;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS.listeners(
                new ListenerSettings("fips", 0, null, AlgorithmPolicy.FIPS_LIKE, HERE, null),
                new ListenerSettings("old", 0, null, AlgorithmPolicy.LEGACY, HERE, null)));
    alice = gateway.account("alice@acme").create();
    everywhere = gateway.account("everywhere@acme").keyType("rsa").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static OpenSsh at(String listener, TestAccount account) {
    int port = listener.equals("main") ? gateway.port() : gateway.port(listener);
    return account.openSsh().with("-o", "Port=" + port);
  }

  private static OpenSsh offering(String listener, String option, String name) {
    OpenSsh client = at(listener, alice).with("-o", "LogLevel=INFO", "-o", option + "=" + name);
    // An AEAD cipher needs no MAC.
    return option.equals("MACs") ? client.with("-c", "aes128-ctr") : client;
  }

  @ParameterizedTest
  @CsvSource({
    "main, KexAlgorithms, diffie-hellman-group1-sha1, key exchange method",
    "main, KexAlgorithms, diffie-hellman-group14-sha1, key exchange method",
    "main, KexAlgorithms, diffie-hellman-group-exchange-sha1, key exchange method",
    "main, KexAlgorithms, diffie-hellman-group-exchange-sha256, key exchange method",
    "main, KexAlgorithms, ecdh-sha2-nistp256, key exchange method",
    "main, Ciphers, aes128-cbc, cipher",
    "main, Ciphers, 3des-cbc, cipher",
    "main, MACs, hmac-sha1, MAC",
    "main, MACs, hmac-md5, MAC",
    "main, MACs, hmac-sha1-etm@openssh.com, MAC",
    "main, HostKeyAlgorithms, ssh-rsa, host key type",
    "main, HostKeyAlgorithms, ecdsa-sha2-nistp256, host key type",
    "fips, KexAlgorithms, curve25519-sha256, key exchange method",
    "fips, KexAlgorithms, sntrup761x25519-sha512@openssh.com, key exchange method",
    "fips, KexAlgorithms, diffie-hellman-group14-sha1, key exchange method",
    "fips, Ciphers, chacha20-poly1305@openssh.com, cipher",
    "fips, Ciphers, aes128-cbc, cipher",
    "fips, MACs, hmac-sha1, MAC",
    "fips, HostKeyAlgorithms, ssh-ed25519, host key type",
    "fips, HostKeyAlgorithms, ssh-rsa, host key type",
    "old, KexAlgorithms, diffie-hellman-group1-sha1, key exchange method",
    "old, KexAlgorithms, diffie-hellman-group-exchange-sha1, key exchange method",
    "old, Ciphers, 3des-cbc, cipher",
    "old, MACs, hmac-md5, MAC"
  })
  void isRefused(String listener, String option, String name, String what) {
    offering(listener, option, name).sftp("ls").fails("no matching " + what + " found");
  }

  @ParameterizedTest
  @CsvSource({
    "main, KexAlgorithms, sntrup761x25519-sha512@openssh.com",
    "main, KexAlgorithms, curve25519-sha256",
    "main, KexAlgorithms, curve25519-sha256@libssh.org",
    "main, KexAlgorithms, diffie-hellman-group16-sha512",
    "main, KexAlgorithms, diffie-hellman-group14-sha256",
    "main, Ciphers, aes128-gcm@openssh.com",
    "main, Ciphers, chacha20-poly1305@openssh.com",
    "main, Ciphers, aes256-ctr",
    "main, MACs, hmac-sha2-256",
    "main, HostKeyAlgorithms, ssh-ed25519",
    "main, HostKeyAlgorithms, rsa-sha2-512",
    "main, HostKeyAlgorithms, rsa-sha2-256",
    "fips, KexAlgorithms, ecdh-sha2-nistp256",
    "fips, KexAlgorithms, ecdh-sha2-nistp521",
    "fips, KexAlgorithms, diffie-hellman-group14-sha256",
    "fips, Ciphers, aes256-gcm@openssh.com",
    "fips, MACs, hmac-sha2-512",
    "fips, HostKeyAlgorithms, ecdsa-sha2-nistp256",
    "fips, HostKeyAlgorithms, rsa-sha2-512",
    "old, KexAlgorithms, diffie-hellman-group14-sha1",
    "old, KexAlgorithms, ecdh-sha2-nistp256",
    "old, KexAlgorithms, sntrup761x25519-sha512@openssh.com",
    "old, Ciphers, aes128-cbc",
    "old, Ciphers, aes256-cbc",
    "old, MACs, hmac-sha1",
    "old, MACs, hmac-sha1-etm@openssh.com",
    "old, HostKeyAlgorithms, ssh-rsa",
    "old, HostKeyAlgorithms, ssh-ed25519"
  })
  void isNegotiated(String listener, String option, String name) {
    OpenSsh client = at(listener, everywhere).with("-v", "-o", option + "=" + name);
    if (option.equals("MACs")) {
      client = client.with("-c", "aes128-ctr");
    }
    client.sftp("ls").succeeds().says(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
  void keysOfEveryKindOpenTheModernDoor(String type) {
    gateway.account(type + "@acme").keyType(type).create().openSsh().sftp("ls").succeeds();
  }

  @ParameterizedTest
  @CsvSource({
    "main, rsa-sha2-256, true",
    "main, ssh-rsa, false",
    "fips, rsa-sha2-512, true",
    "fips, ssh-rsa, false",
    "old, ssh-rsa, true"
  })
  void anRsaKeySigns(String listener, String algorithm, boolean accepted) {
    TestAccount bob = gateway.account(listener + "-" + algorithm + "@acme").keyType("rsa").create();
    OpenSsh.Result result =
        at(listener, bob).with("-o", "PubkeyAcceptedAlgorithms=" + algorithm).sftp("ls");
    if (accepted) {
      result.succeeds();
    } else {
      result.fails("Permission");
    }
  }

  @Test
  void anEd25519KeyIsNoneOfTheFipsLike() {
    at("fips", alice).sftp("ls").fails("Permission");
    at("fips", gateway.account("eve@acme").keyType("ecdsa").create()).sftp("ls").succeeds();
  }

  @Test
  void whatNobodyRestrictsIsPostQuantumAndAead() {
    alice
        .openSsh()
        .with("-v")
        .sftp("ls")
        .succeeds()
        .says("kex: algorithm: sntrup761x25519-sha512")
        .says("MAC: <implicit>");
  }

  @Test
  void strictKeyExchangeIsOn() {
    for (String listener : List.of("main", "fips", "old")) {
      OpenSsh.Result result = at(listener, alice).with("-vvv").sftp("ls");
      result.says("will use strict KEX ordering");
    }
  }

  @Test
  void handshakesAreCountedByWhatWasAgreedUpon() {
    alice
        .openSsh()
        .with("-o", "KexAlgorithms=diffie-hellman-group16-sha512", "-c", "aes192-ctr")
        .sftp("ls")
        .succeeds();
    assertThat(
            gateway
                .handshakeMeters()
                .get("quaymaster.handshakes")
                .tags("kex", "diffie-hellman-group16-sha512", "cipher", "aes192-ctr")
                .counter()
                .count())
        .isEqualTo(1);
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
