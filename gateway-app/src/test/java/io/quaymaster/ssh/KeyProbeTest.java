package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whether a key would do may be asked by anybody who has seen it, as anybody: Eve asks as Alice,
 * with Alice's key, and then proves that she is Eve. What was asked must not be remembered.
 */
class KeyProbeTest {
  /** What happens after a password was looked at and before the grant is made. */
  private final AtomicReference<Runnable> afterTheProof = new AtomicReference<>(() -> {});

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;
  private TestAccount eve;

  @BeforeEach
  void start() {
    Passwords watched =
        Passwords.checking(
            (password, hash) -> {
              afterTheProof.get().run();
              return password.equals(hash);
            });
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.passwords(watched));
    alice = gateway.account("alice@acme").create();
    eve = gateway.account("eve@acme").create();
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private RawLogin login() {
    return new RawLogin(gateway, "alice@acme");
  }

  private static RawLogin probe(RawLogin login, TestAccount whose) {
    return login.probe("alice@acme", whose.key());
  }

  /** Nobody came in as this account, by any key. */
  private void neverWasIn(TestAccount account) {
    String username = account.login().replace("@acme", "");
    assertThat(gateway.audit(username)).noneMatch(line -> line.startsWith("login ok"));
    assertThat(lastUse("account", "last_login_at", "username", username)).isEqualTo("never");
    assertThat(lastUse(account.key())).isEqualTo("never");
  }

  private String lastUse(OpenSshKeys key) {
    return lastUse("account_key", "last_used_at", "fingerprint", key.fingerprint());
  }

  private String lastUse(String table, String column, String by, String value) {
    return gateway
        .jdbc()
        .sql("select coalesce(%s::text, 'never') from %s where %s = ?".formatted(column, table, by))
        .param(value)
        .query(String.class)
        .single();
  }

  @Test
  void aProbeIsNoLogin() {
    assertThat(probe(login(), alice).play()).containsExactly(RawLogin.KEY_WOULD_DO);
    assertThat(gateway.audit("alice")).isEmpty();
    neverWasIn(alice);
  }

  @Test
  void whoProbesAsAnotherAndSignsAsHerselfIsShownOut() {
    List<String> answers = probe(login(), alice).sign("eve@acme", eve.key()).play();
    assertThat(answers).hasSize(2).first().isEqualTo(RawLogin.KEY_WOULD_DO);
    assertThat(answers.getLast()).startsWith("ended: Change of username");
    neverWasIn(alice);
    neverWasIn(eve);
  }

  @Test
  void whoProbesAsAnotherAndSendsHerOwnPasswordIsShownOut() {
    List<String> answers = probe(login(), alice).password("eve@acme", TestAccount.PASSWORD).play();
    assertThat(answers).hasSize(2).first().isEqualTo(RawLogin.KEY_WOULD_DO);
    assertThat(answers.getLast()).startsWith("ended: Change of username");
    neverWasIn(alice);
    neverWasIn(eve);
  }

  @Test
  void whoFailsAsAnotherCannotBecomeHerselfEither() {
    assertThat(
            login()
                .password("alice@acme", "guess")
                .password("eve@acme", TestAccount.PASSWORD)
                .play())
        .hasSize(2)
        .startsWith(RawLogin.NO)
        .last()
        .asString()
        .startsWith("ended: Change of username");
    neverWasIn(eve);
  }

  @Test
  void anothersSignatureUnderTheVictimsNameIsWrong() {
    assertThat(
            probe(login(), alice)
                .sign("alice@acme", alice.key(), eve.key())
                .sign("alice@acme", eve.key())
                .password("alice@acme", "guess")
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO, RawLogin.NO, RawLogin.NO);
    neverWasIn(alice);
  }

  @Test
  void aSignatureUnderAnothersNameIsWrong() {
    TestAccount twin = gateway.account("twin@acme").create();
    assertThat(
            new RawLogin(gateway, "twin@acme")
                .probe("twin@acme", twin.key())
                .sign("twin@acme", alice.key())
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO);
    neverWasIn(twin);
    neverWasIn(alice);
  }

  @Test
  void theKeyThatSignsIsTheOneThatIsRemembered() {
    OpenSshKeys second = OpenSshKeys.generate(gateway.scratch("second"), "ed25519");
    gateway
        .jdbc()
        .sql(
            "insert into account_key (account_id, key_type, public_key, fingerprint, label,"
                + " sources, created_at) select account_id, key_type, ?, ?, 'second', sources,"
                + " now() from account_key where fingerprint = ?")
        .params(second.publicKey(), second.fingerprint(), alice.key().fingerprint())
        .update();
    assertThat(probe(login(), alice).sign("alice@acme", second).play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.IN);
    assertThat(lastUse(second)).isNotEqualTo("never");
    assertThat(lastUse(alice.key())).isEqualTo("never");
    assertThat(log.lines()).anyMatch(line -> line.contains("key " + second.fingerprint()));
  }

  @Test
  void suspendedBetweenTheProbeAndTheSignature() {
    assertThat(
            probe(login(), alice)
                .meanwhile(() -> alice.change("status = 'suspended'"))
                .sign("alice@acme", alice.key())
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO);
    neverWasIn(alice);
  }

  @Test
  void aKeyRevokedBetweenTheProbeAndTheSignature() {
    assertThat(
            probe(login(), alice)
                .meanwhile(() -> gateway.jdbc().sql("delete from account_key").update())
                .sign("alice@acme", alice.key())
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO);
    await()
        .untilAsserted(
            () -> assertThat(gateway.audit("alice")).containsExactly("login refused UNKNOWN_KEY"));
  }

  @Test
  void suspendedBetweenTheProofAndTheGrant() {
    afterTheProof.set(() -> alice.change("status = 'suspended'"));
    turnedAway("SUSPENDED");
  }

  @Test
  void deletedBetweenTheProofAndTheGrant() {
    afterTheProof.set(() -> alice.change("username = 'nobody'"));
    turnedAway("UNKNOWN_ACCOUNT");
  }

  @Test
  void unreadableBetweenTheProofAndTheGrant() {
    afterTheProof.set(
        () -> gateway.jdbc().sql("alter table account_mount rename to lost").update());
    turnedAway("UNAVAILABLE");
  }

  /** The protocol has accepted the password already; the connection serves nothing and ends. */
  private void turnedAway(String reason) {
    assertThat(login().password("alice@acme", TestAccount.PASSWORD).andStays().play())
        .containsExactly(
            RawLogin.IN, "ended: The login was accepted, but the account cannot be used now.");
    assertThat(gateway.audit("alice")).containsExactly("login refused " + reason);
    assertThat(gateway.sessions().size()).isZero();
    assertThat(lastUse("account", "last_login_at", "home_path", "home/alice")).isEqualTo("never");
  }
}
