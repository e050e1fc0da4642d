package io.quaymaster.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.account.SourceRange;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.negotiation.NegotiationFailure.Code;
import io.quaymaster.negotiation.NegotiationFailures.Kept;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class NegotiationFailuresTest {
  private static final Instant NOON = Instant.parse("2035-06-01T12:00:00Z");
  private static final AlgorithmOffer LISTENER =
      new AlgorithmOffer(
          List.of("curve25519-sha256"),
          List.of("ssh-ed25519"),
          List.of("aes128-ctr"),
          List.of("aes128-ctr"),
          List.of("hmac-sha2-256"),
          List.of("hmac-sha2-256"));
  private static final AlgorithmOffer OLD_CLIENT =
      new AlgorithmOffer(
          List.of("diffie-hellman-group1-sha1"),
          List.of("ssh-rsa", "ssh-dss"),
          List.of("3des-cbc"),
          List.of("aes128-cbc"),
          List.of("hmac-md5"),
          List.of());

  private final TestDatabase database = TestDatabase.migrated();
  private final Watch clock = new Watch();
  private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
  private final NegotiationFailures failures = new NegotiationFailures(jdbc, clock);

  @AfterEach
  void drop() {
    database.close();
  }

  /** A clock that stands until it is moved. */
  private static final class Watch extends Clock {
    private Instant now = NOON;

    void passes(Duration time) {
      now = now.plus(time);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private NegotiationFailure from(String source, String client) {
    return new NegotiationFailure(
        clock.instant(),
        "main",
        "modern",
        InetAddress.ofLiteral(source),
        client,
        Code.NO_COMMON_KEX,
        "No key exchange method in common.",
        OLD_CLIENT,
        LISTENER,
        List.of("legacy"));
  }

  private List<Kept> all() {
    return failures.list(null, null, Long.MAX_VALUE, 10_000);
  }

  @Test
  void whatWasWrittenIsRead() {
    NegotiationFailure failure = from("2001:db8::1", "SSH-2.0-old");
    NegotiationFailure silent =
        new NegotiationFailure(
            NOON,
            "partners",
            "legacy",
            InetAddress.ofLiteral("192.0.2.1"),
            null,
            Code.HANDSHAKE_TIMEOUT,
            "Too slow.",
            null,
            LISTENER,
            List.of());

    assertThat(failures.record(failure)).isTrue();
    assertThat(failures.record(silent)).isTrue();

    assertThat(all()).extracting(Kept::failure).containsExactly(silent, failure);
    assertThat(all()).extracting(Kept::times).containsExactly(1L, 1L);
  }

  @Test
  void theSameAgainIsCountedAndComesToTheTop() {
    failures.record(from("192.0.2.1", "SSH-2.0-one"));
    failures.record(from("192.0.2.1", "SSH-2.0-two"));
    clock.passes(Duration.ofSeconds(40));
    failures.record(from("192.0.2.1", "SSH-2.0-one"));

    assertThat(all())
        .extracting(k -> k.failure().client())
        .containsExactly("SSH-2.0-one", "SSH-2.0-two");
    Kept top = all().getFirst();
    assertThat(top.times()).isEqualTo(2);
    assertThat(top.firstAt()).isEqualTo(NOON);
    assertThat(top.lastAt()).isEqualTo(NOON.plusSeconds(40));
  }

  @Test
  void theyAreFoundBySourceAndTime() {
    failures.record(from("192.0.2.1", "SSH-2.0-one"));
    clock.passes(Duration.ofMinutes(5));
    failures.record(from("192.0.2.77", "SSH-2.0-two"));
    failures.record(from("2001:db8::1", "SSH-2.0-three"));

    assertThat(failures.list(SourceRange.parse("192.0.2.1"), null, Long.MAX_VALUE, 10)).hasSize(1);
    assertThat(failures.list(SourceRange.parse("192.0.2.0/24"), null, Long.MAX_VALUE, 10))
        .hasSize(2);
    assertThat(
            failures.list(
                SourceRange.parse("192.0.2.0/24"), NOON.plusSeconds(1), Long.MAX_VALUE, 10))
        .extracting(k -> k.failure().client())
        .containsExactly("SSH-2.0-two");
    List<Kept> first = failures.list(null, null, Long.MAX_VALUE, 2);
    assertThat(failures.list(null, null, first.getLast().position(), 2))
        .extracting(k -> k.failure().client())
        .containsExactly("SSH-2.0-one");
  }

  @Test
  void aSourceNetworkIsWrittenSoOftenAMinute() {
    for (int i = 0; i < NegotiationFailures.SOURCE_RATE; i++) {
      assertThat(failures.record(from("2001:db8::" + i, "SSH-2.0-x"))).isTrue();
    }
    assertThat(failures.record(from("2001:db8::ffff", "SSH-2.0-x"))).as("the same /64").isFalse();
    assertThat(failures.record(from("2001:db8:0:1::1", "SSH-2.0-x"))).as("another").isTrue();

    clock.passes(Duration.ofMinutes(1));
    assertThat(failures.record(from("2001:db8::ffff", "SSH-2.0-x"))).isTrue();
  }

  @Test
  void allTogetherAreWrittenSoOftenAMinute() {
    RecordRate rate = new RecordRate(2, 5, clock);
    for (int i = 0; i < 5; i++) {
      assertThat(rate.admits(InetAddress.ofLiteral("192.0.2." + i))).isTrue();
    }
    assertThat(rate.admits(InetAddress.ofLiteral("192.0.2.99"))).isFalse();
  }

  @Test
  void oneSourceDoesNotPushTheOthersOut() {
    failures.record(from("192.0.2.1", "SSH-2.0-partner"));
    for (int i = 0; i < NegotiationFailures.KEPT_OF_SOURCE + 7; i++) {
      clock.passes(Duration.ofMinutes(1));
      failures.record(from("198.51.100.1", "SSH-2.0-" + i));
    }

    assertThat(failures.list(SourceRange.parse("198.51.100.1"), null, Long.MAX_VALUE, 1000))
        .hasSize(NegotiationFailures.KEPT_OF_SOURCE)
        .extracting(k -> k.failure().client())
        .contains("SSH-2.0-" + (NegotiationFailures.KEPT_OF_SOURCE + 6))
        .doesNotContain("SSH-2.0-0");
    assertThat(failures.list(SourceRange.parse("192.0.2.1"), null, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void theTableStaysSmall() {
    failures.record(from("192.0.2.1", "SSH-2.0-oldest"));
    jdbc.sql(
            """
            insert into negotiation_failure (fingerprint, first_at, last_at, times, listener, policy, source, code,
              message, would_match, listener_kex, listener_host_keys, listener_ciphers, listener_macs)
            select lpad(to_hex(i), 64, '0'), now(), now(), 1, 'main', 'modern', '10.0.0.0'::inet + i,
              'HANDSHAKE_TIMEOUT', 'm', '{}', 'k', 'h', 'c', 'm' from generate_series(1, :n) i
            """)
        .param("n", NegotiationFailures.KEPT + 10)
        .update();

    failures.record(from("192.0.2.2", "SSH-2.0-newest"));

    assertThat(all()).hasSize(NegotiationFailures.KEPT);
    assertThat(all().getFirst().failure().client()).isEqualTo("SSH-2.0-newest");
    assertThat(failures.list(SourceRange.parse("192.0.2.1"), null, Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void whatAStrangerSaysIsCutAndShown() {
    AlgorithmOffer huge =
        new AlgorithmOffer(
            Collections.nCopies(5_000, "x".repeat(5_000)),
            List.of("a\nb\u202e", ""),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    NegotiationFailure failure =
        new NegotiationFailure(
            NOON,
            "main",
            "modern",
            InetAddress.ofLiteral("192.0.2.1"),
            "SSH-2.0-\u001b[2J" + "y".repeat(10_000),
            Code.BAD_PACKET,
            "z".repeat(10_000),
            huge,
            LISTENER,
            List.of());

    failures.record(failure);

    NegotiationFailure read = all().getFirst().failure();
    assertThat(read).isEqualTo(failure);
    assertThat(read.toString()).hasSizeLessThan(10_000).doesNotContain("\n", "\u001b", "\u202e");
    assertThat(huge.kex()).hasSize(AlgorithmOffer.MOST_NAMES);
    assertThat(huge.hostKeys()).containsExactly("a\\x0ab\\u202e");
  }
}
