package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.negotiation.NegotiationFailure;
import io.quaymaster.negotiation.NegotiationFailure.Code;
import io.quaymaster.negotiation.NegotiationFailures.Kept;
import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * "Why can partner X not connect?" Each test is a partner with an address of its own, so that it
 * finds its own record, and is not held back by what is written down of the others.
 */
@Timeout(240)
class FailedHandshakeTest {
  private static TestGateway gateway;
  private static TestAccount alice;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS
                .authTimeout(Duration.ofSeconds(20))
                .listeners(
                    new ListenerSettings(
                        "old", 0, null, AlgorithmPolicy.LEGACY, List.of("127.0.0.0/24"), null),
                    new ListenerSettings(
                        "fips", 0, null, AlgorithmPolicy.FIPS_LIKE, List.of(), null)));
    alice = gateway.account("alice@acme").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static Kept recordOf(String source) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                gateway.negotiationFailures().stream()
                    .filter(f -> f.failure().source().getHostAddress().equals(source))
                    .findFirst(),
            found -> found.isPresent())
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.1.1, main, KexAlgorithms=diffie-hellman-group14-sha1, NO_COMMON_KEX, legacy",
    "127.0.1.2, main, KexAlgorithms=ecdh-sha2-nistp256, NO_COMMON_KEX, fips-like legacy",
    "127.0.1.3, main, KexAlgorithms=diffie-hellman-group1-sha1, NO_COMMON_KEX, none",
    "127.0.1.4, main, HostKeyAlgorithms=ssh-rsa, NO_COMMON_HOST_KEY, legacy",
    "127.0.1.5, main, HostKeyAlgorithms=ssh-dss, NO_COMMON_HOST_KEY, none",
    "127.0.1.6, main, Ciphers=aes256-cbc, NO_COMMON_CIPHER, legacy",
    "127.0.1.7, main, Ciphers=3des-cbc, NO_COMMON_CIPHER, none",
    "127.0.1.8, main, MACs=hmac-sha1, NO_COMMON_MAC, legacy",
    "127.0.1.9, fips, HostKeyAlgorithms=ssh-ed25519, NO_COMMON_HOST_KEY, modern legacy",
    "127.0.1.10, fips, Ciphers=chacha20-poly1305@openssh.com, NO_COMMON_CIPHER, modern legacy"
  })
  void aMismatchSaysWhatWouldDo(
      String source, String listener, String option, Code code, String policies) {
    int port = listener.equals("main") ? gateway.port() : gateway.port(listener);
    OpenSsh client =
        alice.openSsh().with("-o", "Port=" + port, "-o", "BindAddress=" + source, "-o", option);
    (option.startsWith("MACs") ? client.with("-c", "aes128-ctr") : client).sftp("ls").fails();

    NegotiationFailure failure = recordOf(source).failure();

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.listener()).isEqualTo(listener);
    assertThat(failure.client()).startsWith("SSH-2.0-OpenSSH_");
    assertThat(String.join(" ", failure.wouldMatch()))
        .isEqualTo(policies.equals("none") ? "" : policies);
    assertThat(failure.message())
        .contains(
            policies.equals("none")
                ? "No policy of this gateway would match."
                : "It would match on a listener with the policy "
                    + policies.replace(" ", " or ")
                    + ".");
    assertThat(String.valueOf(failure.offered()))
        .contains(option.substring(option.indexOf('=') + 1), "hmac-", "ext-info-c");
    assertThat(failure.available().toString())
        .contains(listener.equals("main") ? "mlkem768x25519-sha256" : "mlkem768nistp256-sha256");
  }

  @Test
  void aClientWithNothingInCommonIsToldOfInFull() throws IOException {
    List<String> old =
        List.of("kex1", "key1", "c-in", "c-out", "m-in", "m-out", "none", "none", "", "");
    try (RawHandshake client = RawHandshake.at(gateway.port(), "127.0.2.1")) {
      client.says("SSH-2.0-Ancient_1").kexInit(old).untilClosed();
    }

    NegotiationFailure failure = recordOf("127.0.2.1").failure();

    assertThat(failure.code()).isEqualTo(Code.NO_COMMON_KEX);
    assertThat(failure.message())
        .startsWith("The client and the listener have in common no kex, no host key, no cipher.");
    assertThat(failure.offered())
        .hasToString(
            "AlgorithmOffer[kex=[kex1], hostKeys=[key1], ciphersIn=[c-in], ciphersOut=[c-out],"
                + " macsIn=[m-in], macsOut=[m-out]]");
  }

  @Test
  void compressionIsNotNegotiated() throws IOException {
    List<String> lists = new ArrayList<>(RawHandshake.MODERN);
    lists.set(6, "zlib");
    lists.set(7, "zlib");
    try (RawHandshake client = RawHandshake.at(gateway.port(), "127.0.2.2")) {
      client.says("SSH-2.0-Zipper").kexInit(lists).untilClosed();
    }

    assertThat(recordOf("127.0.2.2").failure().code()).isEqualTo(Code.NO_COMMON_COMPRESSION);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.3.1, GET / HTTP/1.1, BAD_IDENTIFICATION, GET / HTTP/1.1",
    "127.0.3.3, SSH-1.5-1.2.27, PROTOCOL_VERSION_1, SSH-1.5-1.2.27",
    "127.0.3.4, SSH-3.0-tomorrow, BAD_IDENTIFICATION, SSH-3.0-tomorrow"
  })
  void whatIsNoSshIsSaidToBeNone(String source, String line, Code code, String client)
      throws IOException {
    try (RawHandshake raw = RawHandshake.at(gateway.port(), source)) {
      raw.says(line).untilClosed();
    }

    NegotiationFailure failure = recordOf(source).failure();

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.client()).isEqualTo(client);
    assertThat(failure.offered()).isNull();
  }

  @Test
  void binaryInsteadOfAnIdentification() throws IOException {
    try (RawHandshake raw = RawHandshake.at(gateway.port(), "127.0.3.9")) {
      raw.sends(new byte[] {0x16, 3, 1, 0, 1}).untilClosed();
    }

    NegotiationFailure failure = recordOf("127.0.3.9").failure();

    assertThat(failure.code()).isEqualTo(Code.BAD_IDENTIFICATION);
    assertThat(failure.client()).isNull();
  }

  @Test
  void aPacketBeforeItsTime() throws IOException {
    try (RawHandshake raw = RawHandshake.at(gateway.port(), "127.0.4.1")) {
      raw.says("SSH-2.0-Hasty").ecdhInit().untilClosed();
    }

    NegotiationFailure failure = recordOf("127.0.4.1").failure();

    assertThat(failure.code()).isEqualTo(Code.BAD_PACKET);
    assertThat(failure.client()).isEqualTo("SSH-2.0-Hasty");
  }

  @Test
  void aShareThatIsNoPointOfTheCurve() throws IOException {
    try (RawHandshake raw = RawHandshake.at(gateway.port(), "127.0.4.2")) {
      raw.says("SSH-2.0-Liar").kexInit(RawHandshake.MODERN);
      raw.packet(RawHandshake.ECDH_INIT, new byte[] {0, 0, 0, 3, 1, 2, 3}).untilClosed();
    }

    NegotiationFailure failure = recordOf("127.0.4.2").failure();

    assertThat(failure.code()).isEqualTo(Code.KEY_EXCHANGE_FAILED);
    assertThat(failure.offered()).isNotNull();
  }

  @Test
  void aClientThatDoesNotKnowTheHostKeyLeaves() throws IOException {
    Path known = Files.createFile(gateway.scratch("known_hosts"));
    alice
        .openSsh()
        .with("-o", "BindAddress=127.0.4.3", "-o", "StrictHostKeyChecking=yes")
        .with("-o", "UserKnownHostsFile=" + known)
        .sftp("ls")
        .fails("Host key verification failed");

    NegotiationFailure failure = recordOf("127.0.4.3").failure();

    assertThat(failure.code()).isEqualTo(Code.CLIENT_LEFT);
    assertThat(failure.message()).contains("may not know this host key: ssh-ed25519");
  }

  @Test
  void aClientThatGoesNoFurtherRunsOutOfTime() throws IOException {
    try (RawHandshake silent = RawHandshake.at(gateway.port(), "127.0.4.4");
        RawHandshake half = RawHandshake.at(gateway.port(), "127.0.4.5")) {
      half.says("SSH-2.0-Sleeper").kexInit(RawHandshake.MODERN);
      silent.untilClosed();
      half.untilClosed();
    }

    assertThat(recordOf("127.0.4.4").failure().code()).isEqualTo(Code.HANDSHAKE_TIMEOUT);
    assertThat(recordOf("127.0.4.4").failure().client()).isNull();
    assertThat(recordOf("127.0.4.5").failure().code()).isEqualTo(Code.HANDSHAKE_TIMEOUT);
    assertThat(recordOf("127.0.4.5").failure().client()).isEqualTo("SSH-2.0-Sleeper");
  }

  @Test
  void whoComesFromElsewhereIsShownOut() {
    double before = counted("source");
    alice
        .openSsh()
        .with("-o", "Port=" + gateway.port("old"), "-o", "BindAddress=127.0.5.1")
        .with("-o", "LogLevel=INFO")
        .sftp("ls")
        .fails();

    NegotiationFailure failure = recordOf("127.0.5.1").failure();

    assertThat(failure.code()).isEqualTo(Code.SOURCE_NOT_ALLOWED);
    assertThat(failure.listener()).isEqualTo("old");
    assertThat(failure.client()).startsWith("SSH-2.0-OpenSSH_");
    assertThat(counted("source")).isEqualTo(before + 1);
    alice.openSsh().with("-o", "Port=" + gateway.port("old")).sftp("ls").succeeds();
  }

  private static double counted(String category) {
    return gateway
        .handshakeMeters()
        .counter("quaymaster.negotiation.failures", "category", category)
        .count();
  }

  /** A probe of a load balancer, and partners for whom all is well. */
  @Test
  void whatIsNoFailureIsNotTold() throws IOException {
    RawHandshake.at(gateway.port(), "127.0.6.1").close();
    alice.openSsh().with("-o", "BindAddress=127.0.6.1").sftp("ls").succeeds();
    try (RawHandshake raw = RawHandshake.at(gateway.port(), "127.0.6.1")) {
      raw.says("SSH-1.5-last").untilClosed();
    }

    assertThat(recordOf("127.0.6.1").failure().client()).isEqualTo("SSH-1.5-last");
    assertThat(gateway.negotiationFailures())
        .filteredOn(f -> f.failure().source().getHostAddress().equals("127.0.6.1"))
        .hasSize(1);
  }

  @Test
  void theSameAgainIsOneRecordAndAFloodIsBounded() throws IOException {
    for (int i = 0; i < 30; i++) {
      try (RawHandshake raw = RawHandshake.at(gateway.port(), "127.0.7.1")) {
        raw.says("SSH-1.5-again").untilClosed();
      }
    }

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(recordOf("127.0.7.1").times()).isGreaterThan(1));
    assertThat(gateway.negotiationFailures())
        .filteredOn(f -> f.failure().source().getHostAddress().equals("127.0.7.1"))
        .hasSize(1);
  }
}
