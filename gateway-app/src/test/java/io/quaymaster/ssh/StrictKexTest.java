package io.quaymaster.ssh;

import static io.quaymaster.ssh.RawHandshake.DEBUG;
import static io.quaymaster.ssh.RawHandshake.DISCONNECT;
import static io.quaymaster.ssh.RawHandshake.ECDH_REPLY;
import static io.quaymaster.ssh.RawHandshake.IGNORE;
import static io.quaymaster.ssh.RawHandshake.KEXINIT;
import static io.quaymaster.ssh.RawHandshake.MODERN;
import static io.quaymaster.ssh.RawHandshake.NEWKEYS;
import static io.quaymaster.ssh.RawHandshake.UNIMPLEMENTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.negotiation.NegotiationFailure.Code;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Terrapin (CVE-2023-48795): somebody on the way slips packets into the part of the key exchange
 * that is in clear, so that later ones can be cut off unseen. Both sides that announce strict key
 * exchange (PROTOCOL of OpenSSH, section 1.10) let nothing in there.
 */
@Timeout(120)
class StrictKexTest {
  private static final String CLIENT = "SSH-2.0-Terrapin";

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** Enough for each of these messages to be well-formed. */
  private static byte[] content() {
    return new byte[12];
  }

  @ParameterizedTest
  @ValueSource(ints = {IGNORE, DEBUG, UNIMPLEMENTED})
  void aPacketBetweenKexInitAndNewKeysEndsTheConnection(int type) throws IOException {
    try (RawHandshake client = RawHandshake.at(gateway.port())) {
      // Nothing after it: what a server leaves unread when it closes takes its answer away (TCP).
      client.says(CLIENT).strictKexInit().packet(type, content());

      assertThat(client.readUntil(ECDH_REPLY)).containsExactly(KEXINIT, DISCONNECT);
    }
    isRecorded();
  }

  @Test
  void aPacketBeforeKexInitEndsTheConnection() throws IOException {
    try (RawHandshake client = RawHandshake.at(gateway.port())) {
      client.says(CLIENT).packet(IGNORE, content()).strictKexInit();

      assertThat(client.readUntil(ECDH_REPLY)).containsExactly(KEXINIT, DISCONNECT);
    }
    isRecorded();
  }

  /** After our reply and before the client's NEWKEYS it is still in clear. */
  @Test
  void aPacketBeforeNewKeysEndsTheConnection() throws IOException {
    try (RawHandshake client = RawHandshake.at(gateway.port())) {
      client.says(CLIENT).strictKexInit().ecdhInit();
      assertThat(client.readUntil(NEWKEYS)).containsExactly(KEXINIT, ECDH_REPLY, NEWKEYS);

      client.packet(IGNORE, content());

      client.untilClosed();
    }
    isRecorded();
  }

  private static void isRecorded() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(gateway.negotiationFailures())
                    .anySatisfy(
                        f -> {
                          assertThat(f.failure().code()).isEqualTo(Code.STRICT_KEX_VIOLATED);
                          assertThat(f.failure().client()).isEqualTo(CLIENT);
                        }));
  }

  /** RFC 4253, section 11.2: "can be sent at any time". */
  @Test
  void aClientThatDoesNotAnnounceItMaySendThem() throws IOException {
    try (RawHandshake client = RawHandshake.at(gateway.port())) {
      client
          .says("SSH-2.0-Old")
          .packet(IGNORE, content())
          .kexInit(MODERN)
          .packet(IGNORE, content())
          .packet(DEBUG, content())
          .ecdhInit();

      assertThat(client.readUntil(NEWKEYS)).containsExactly(KEXINIT, ECDH_REPLY, NEWKEYS);
    }
  }

  @Test
  void nothingInBetweenIsStrictAndWorks() throws IOException {
    try (RawHandshake client = RawHandshake.at(gateway.port())) {
      client.says("SSH-2.0-Strict").strictKexInit().ecdhInit();

      assertThat(client.readUntil(NEWKEYS)).containsExactly(KEXINIT, ECDH_REPLY, NEWKEYS);
    }
  }
}
