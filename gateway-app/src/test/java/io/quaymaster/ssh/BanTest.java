package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.admission.BanRow;
import io.quaymaster.admission.PenaltyKind;
import io.quaymaster.admission.PenaltyRules;
import io.quaymaster.admission.PenaltySettings;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Password spraying, over accounts and from many networks, and the bans that come of it. */
@Timeout(300)
class BanTest {
  /** Four failures are a ban, as the product has it, but in minutes: no machine is too slow. */
  private static final PenaltySettings FOUR_FAILURES =
      new PenaltySettings(
          Map.of(PenaltyKind.AUTH_FAILED, Duration.ofMinutes(10)),
          new PenaltyRules(Duration.ofMinutes(35), Duration.ofHours(1), Duration.ofHours(3)),
          new PenaltyRules(Duration.ofMinutes(95), Duration.ofHours(3), Duration.ofHours(3)),
          1_000);

  /** Each failure is a ban, of two seconds at first. */
  private static final PenaltySettings ONE_FAILURE =
      new PenaltySettings(
          Map.of(PenaltyKind.AUTH_FAILED, Duration.ofSeconds(2)),
          new PenaltyRules(Duration.ZERO, Duration.ofMinutes(5), Duration.ofMinutes(30)),
          new PenaltyRules(Duration.ofHours(1), Duration.ofHours(3), Duration.ofHours(3)),
          1_000);

  private static final Strangers SPRAYED = Strangers.DEFAULTS.penalties(FOUR_FAILURES);

  private final LogWatch log = new LogWatch();

  /** Each test starts it as it wants it. */
  @SuppressWarnings("NullAway.Init")
  private TestGateway gateway;

  private TestGateway start(Strangers strangers) {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.strangers(strangers));
    return gateway;
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  /** One connection with one wrong password. */
  private void guess(String from, String login) {
    assertThat(new RawLogin(gateway, login).from(from).password(login, "guess").play())
        .containsExactly(RawLogin.NO);
    await().until(() -> gateway.strangers() == 0);
  }

  private static boolean isLetIn(TestGateway gateway, String from) throws IOException {
    try (Socket socket = Sockets.connect(gateway, from)) {
      return Sockets.firstLine(socket).startsWith("SSH-2.0-");
    }
  }

  @Test
  void sprayingOverAccountsBansTheSprayersNetworksAndNobodyElse() throws IOException {
    start(SPRAYED);
    TestAccount alice = gateway.account("alice@acme").create();
    for (String sprayer : List.of("127.0.2.1", "127.0.2.2")) {
      for (int i = 0; i < 4; i++) {
        guess(sprayer, "user" + i + "@acme");
      }
      assertThat(isLetIn(gateway, sprayer)).as(sprayer).isFalse();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.gate().bans().subjects())
                    .containsExactlyInAnyOrder("127.0.2.1/32", "127.0.2.2/32"));
    assertThat(alice.openSsh().with("-o", "BindAddress=127.0.2.1").sftp("ls").status())
        .as("the right key does not help from there")
        .isNotZero();
    alice.openSsh().with("-o", "BindAddress=127.0.2.3").sftp("ls").succeeds();
    gateway.gate().bans().liftAll();
    alice.openSsh().with("-o", "BindAddress=127.0.2.1").sftp("ls").succeeds();
  }

  @Test
  void whoGoesOnIsBannedForLonger() throws IOException {
    start(Strangers.DEFAULTS.penalties(ONE_FAILURE));
    Duration last = Duration.ZERO;
    for (int ban = 1; ban <= 3; ban++) {
      await().atMost(Duration.ofMinutes(1)).until(() -> isLetIn(gateway, "127.0.2.1"));
      guess("127.0.2.1", "nobody@acme");
      int strikes = ban;
      await()
          .untilAsserted(
              () ->
                  assertThat(gateway.gate().bans().list())
                      .singleElement()
                      .satisfies(row -> assertThat(row.ban().strikes()).isEqualTo(strikes)));
      BanRow row = gateway.gate().bans().list().getFirst();
      Duration length = Duration.between(row.ban().imposedAt(), row.ban().endsAt());
      assertThat(length).isGreaterThan(last);
      last = length;
    }
  }

  @Test
  void anotherGatewayOfTheClusterLearnsOfItAndOfTheEnd() throws Exception {
    start(SPRAYED);
    try (TestGateway other = gateway.another(GatewayOptions.DEFAULTS.strangers(SPRAYED))) {
      for (int i = 0; i < 4; i++) {
        guess("127.0.2.1", "user" + i + "@acme");
      }
      await().until(() -> !isLetIn(other, "127.0.2.1"));
      assertThat(isLetIn(other, "127.0.2.2")).isTrue();
      other.gate().bans().liftAll();
      await().until(() -> isLetIn(gateway, "127.0.2.1"));
      await().until(() -> gateway.strangers() == 0 && other.strangers() == 0);
    }
  }

  @Test
  void anExemptNetworkIsNeverBanned() throws IOException {
    start(SPRAYED.exempt("127.0.2.0/24"));
    for (int i = 0; i < 30; i++) {
      guess("127.0.2.1", "user" + i + "@acme");
    }
    assertThat(isLetIn(gateway, "127.0.2.1")).isTrue();
    assertThat(gateway.gate().bans().subjects()).isEmpty();
  }

  @Test
  void guessingOnePasswordFromManyNetworksShutsTheGuessersOutAndNotThePartner() {
    start(SPRAYED);
    TestAccount alice = gateway.account("alice@acme").create();
    assertThat(
            new RawLogin(gateway, "alice@acme")
                .from("127.0.3.1")
                .password("alice@acme", TestAccount.PASSWORD)
                .play())
        .containsExactly(RawLogin.IN);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        gateway
                            .jdbc()
                            .sql("select network::text from account_source")
                            .query((row, n) -> row.getString(1))
                            .list())
                    .containsExactly("127.0.3.1/32"));
    for (int i = 1; !gateway.gate().bans().subjects().contains("alice@acme"); i++) {
      assertThat(i).as("guesses").isLessThan(200);
      guess("127.0.4." + i, "alice@acme");
    }
    assertThat(gateway.gate().bans().subjects()).as("no network by itself").hasSize(1);
    RawLogin right =
        new RawLogin(gateway, "alice@acme")
            .from("127.0.5.1")
            .password("alice@acme", TestAccount.PASSWORD);
    assertThat(right.play())
        .as("the right password, as a guesser would find it")
        .containsExactly(RawLogin.NO);
    assertThat(gateway.logins("alice")).last().isEqualTo("login refused BANNED");
    assertThat(
            new RawLogin(gateway, "alice@acme")
                .from("127.0.5.1")
                .sign("alice@acme", alice.key())
                .play())
        .as("nobody guesses a key")
        .containsExactly(RawLogin.IN);
    assertThat(
            new RawLogin(gateway, "alice@acme")
                .from("127.0.3.1")
                .password("alice@acme", TestAccount.PASSWORD)
                .play())
        .as("from where she came before")
        .containsExactly(RawLogin.IN);
    gateway.gate().bans().liftAll();
    assertThat(
            new RawLogin(gateway, "alice@acme")
                .from("127.0.5.2")
                .password("alice@acme", TestAccount.PASSWORD)
                .play())
        .containsExactly(RawLogin.IN);
  }

  /** What a stranger can see: how many tries a network has. */
  @Test
  void aNameThatExistsIsBannedAsOneThatDoesNot() {
    start(SPRAYED);
    gateway.account("alice@acme").create();
    for (String login : List.of("alice@acme", "nobody@acme")) {
      String from = login.equals("alice@acme") ? "127.0.6.1" : "127.0.6.2";
      for (int i = 0; i < 4; i++) {
        guess(from, login);
      }
      assertThatThrownBy(() -> new RawLogin(gateway, login).from(from).password(login, "x").play())
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(gateway.gate().refused("banned")).isEqualTo(2);
  }

  @Test
  void anOutageIsNobodysFault() throws IOException {
    start(SPRAYED);
    gateway.jdbc().sql("alter table account rename to lost").update();
    try {
      for (int i = 0; i < 10; i++) {
        guess("127.0.2.1", "alice@acme");
      }
    } finally {
      gateway.jdbc().sql("alter table lost rename to account").update();
    }
    assertThat(isLetIn(gateway, "127.0.2.1")).isTrue();
    assertThat(gateway.gate().bans().subjects()).isEmpty();
  }
}
