package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.process.HostKeys;
import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.OpenSsh.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A gateway gets new host keys, and its partners, who run OpenSSH with {@code UpdateHostKeys yes}
 * and would connect to nobody they don't know, are never asked a question.
 */
class HostKeyRotationTest {
  private static final List<String> NAMES =
      List.of("ssh_host_ed25519_key", "ssh_host_ecdsa_key", "ssh_host_rsa_key");

  /** Made once: an RSA key takes most of a second. */
  @TempDir static Path today;

  @TempDir static Path tomorrow;

  private static GatewayOptions options;

  @TempDir Path folder;

  @BeforeAll
  static void make() {
    HostKeys.ownedIn(today);
    HostKeys.ownedIn(tomorrow);
    options =
        GatewayOptions.DEFAULTS.listeners(
            new ListenerSettings("fips", 0, null, AlgorithmPolicy.FIPS_LIKE, List.of(), null));
  }

  /** The operator's first step: the next keys beside those in use. */
  private Path bothInOneFolder() throws IOException {
    Path keys = Files.createDirectory(folder.resolve("host-keys"));
    for (String name : NAMES) {
      Files.copy(today.resolve(name), keys.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
      Files.copy(
          tomorrow.resolve(name), keys.resolve(name + "_next"), StandardCopyOption.COPY_ATTRIBUTES);
    }
    return keys;
  }

  /** The second: the next keys take the place of those in use. */
  private static void rename(Path keys) throws IOException {
    for (String name : NAMES) {
      Files.move(
          keys.resolve(name + "_next"), keys.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A key as a line of known_hosts has it. */
  private static String line(Path keys, String name) throws IOException {
    try {
      Process keygen =
          new ProcessBuilder("ssh-keygen", "-y", "-f", keys.resolve(name).toString()).start();
      String key =
          new String(keygen.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      int comment = key.indexOf(' ', key.indexOf(' ') + 1);
      return comment < 0 ? key : key.substring(0, comment);
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private static Result connects(
      TestGateway gateway, @Nullable String listener, Path known, String... more) {
    int port = listener == null ? gateway.port() : gateway.port(listener);
    return gateway
        .account("alice@acme")
        .keyType("ecdsa")
        .create()
        .openSsh()
        .with("-o", "Port=" + port, "-o", "HostKeyAlias=quay", "-o", "LogLevel=INFO")
        .with("-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=yes")
        .with("-o", "UserKnownHostsFile=" + known)
        .with(more)
        .sftp("ls");
  }

  @ParameterizedTest
  @CsvSource({
    "main, ssh_host_ed25519_key, ssh_host_rsa_key, ssh-ed25519",
    "main, ssh_host_rsa_key, ssh_host_ed25519_key, rsa-sha2-256",
    "main, ssh_host_rsa_key, ssh_host_ed25519_key, rsa-sha2-512",
    "fips, ssh_host_ecdsa_key, ssh_host_rsa_key, ecdsa-sha2-nistp256"
  })
  void aPartnerLearnsTheNextKeysAndForgetsTheOld(
      String listener, String trusted, String other, String algorithm) throws IOException {
    Path keys = bothInOneFolder();
    Path known =
        Files.writeString(folder.resolve("known_hosts"), "quay " + line(today, trusted) + "\n");
    String port = listener.equals("main") ? null : listener;
    try (TestGateway gateway = TestGateway.start(options, HostKeys.ownedIn(keys))) {
      connects(gateway, port, known, "-o", "HostKeyAlgorithms=^" + algorithm).succeeds();
    }
    assertThat(known)
        .content()
        .contains(
            line(today, trusted),
            line(today, other),
            line(tomorrow, trusted),
            line(tomorrow, other));

    rename(keys);
    try (TestGateway gateway = TestGateway.start(options, HostKeys.ownedIn(keys))) {
      connects(gateway, port, known).succeeds();
    }
    assertThat(known)
        .content()
        .contains(line(tomorrow, trusted), line(tomorrow, other))
        .doesNotContain(line(today, trusted), line(today, other));
  }

  @Test
  void whileBothAreThereTheOldOneIsUsed() throws IOException {
    Path keys = bothInOneFolder();
    Path onlyTomorrow =
        Files.writeString(
            folder.resolve("known_hosts"), "quay " + line(tomorrow, "ssh_host_ed25519_key") + "\n");
    try (TestGateway gateway = TestGateway.start(options, HostKeys.ownedIn(keys))) {
      connects(gateway, null, onlyTomorrow).fails("Host key verification failed");
    }
  }

  /** What a client asks is answered for our keys, each by itself, once, and a few times. */
  @Test
  void aProofIsGivenOfOurKeysOnly() throws IOException {
    HostKeys keys = HostKeys.ownedIn(bothInOneFolder());
    KeyPair ours = keys.next().getFirst();
    try (TestGateway gateway = TestGateway.start(options, keys)) {
      TestAccount alice = gateway.account("alice@acme").create();
      KeyPair strangers = OpenSshKeys.generate(folder.resolve("other"), "ed25519").pair();
      try (ClientSession session = alice.connect()) {
        assertThat(proves(session, List.of())).isFalse();
        assertThat(proves(session, List.of(ours, ours))).isFalse();
        assertThat(proves(session, List.of(ours, strangers))).isFalse();
        assertThat(proves(session, List.of(ours))).isTrue();
        assertThat(proves(session, List.of(ours))).as("the fifth question").isFalse();
      }
      try (ClientSession session = alice.connect()) {
        List<KeyPair> ecdsa = List.of(keys.inUse().get(1));
        assertThat(proves(session, ecdsa)).as("a key that this listener has not").isFalse();
      }
    }
  }

  private static boolean proves(ClientSession session, List<KeyPair> keys) throws IOException {
    String request = "hostkeys-prove-00@openssh.com";
    Buffer question = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
    question.putString(request);
    question.putBoolean(true);
    for (KeyPair key : new ArrayList<>(keys)) {
      question.putPublicKey(key.getPublic());
    }
    return session.request(request, question, Duration.ofMinutes(1)) != null;
  }
}
