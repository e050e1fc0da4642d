package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.credential.RecoveryCode;
import io.quaymaster.credential.Totp;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Codes of authenticator apps: each lets in once, its own account, and in its minute. */
class CodesTest {
  private static final String ALICE = "alice@acme";
  private static final String ASKS = "asks: Verification code:";
  private static final String WANTS_CODE = "no: keyboard-interactive";
  private static final String NOW_CODE = WANTS_CODE + " (partial)";
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;
  private Totp app;

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
    gateway.doorClock().stopAt(NOON);
    alice = gateway.account(ALICE).methods("publickey,keyboard-interactive").create();
    app = alice.enrol(Totp.ofBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private String code(Duration later) {
    return app.codeAt(Totp.stepAt(NOON.plus(later)));
  }

  private String codeNow() {
    return code(Duration.ZERO);
  }

  private RawLogin keyAndCode(String code) {
    return new RawLogin(gateway, ALICE).sign(ALICE, alice.key()).interactive(ALICE).answer(code);
  }

  private void comesIn(String code) {
    assertThat(keyAndCode(code).play()).containsExactly(NOW_CODE, ASKS, RawLogin.IN);
  }

  private void isRefused(String code, String reason) {
    assertThat(keyAndCode(code).play()).containsExactly(NOW_CODE, ASKS, WANTS_CODE);
    assertThat(gateway.logins("alice")).last().isEqualTo("login refused " + reason);
  }

  @Test
  void aKeyAndACodeLetIn() {
    comesIn(codeNow());
    assertThat(log.lines())
        .anyMatch(line -> line.contains("key " + alice.key().fingerprint() + ", code"))
        .noneMatch(line -> line.contains(codeNow()));
  }

  @Test
  void soDoesOpenSshsOwnClient() {
    OpenSsh client = new OpenSsh(gateway.port(), ALICE, gateway.scratch("codes"));
    Path asked =
        TestFolders.writePrivate(
            client.local("askpass"),
            "#!/bin/sh\ncase \"$1\" in *'Verification code'*) echo %s;; esac\n"
                .formatted(codeNow()),
            "rwx------");
    client.askingFor(asked).with("-i", alice.key().file().toString()).sftp("mkdir in").succeeds();
  }

  @Test
  void aCodeLetsInOnce() {
    comesIn(codeNow());
    isRefused(codeNow(), "CODE_USED_BEFORE");
  }

  @Test
  void anOlderCodeThanTheLastIsRefusedToo() {
    comesIn(codeNow());
    isRefused(code(Duration.ofSeconds(-30)), "CODE_USED_BEFORE");
    comesIn(code(Duration.ofSeconds(30)));
  }

  @Test
  void clocksMayDifferByAStep() {
    comesIn(code(Duration.ofSeconds(-30)));
    isRefused(code(Duration.ofMinutes(-1)), "WRONG_CODE");
    isRefused(code(Duration.ofMinutes(1)), "WRONG_CODE");
  }

  @Test
  void anotherAccountsCodeIsWrong() {
    TestAccount eve =
        gateway.account("eve@acme").methods("publickey,keyboard-interactive").create();
    Totp hers = eve.enrol(Totp.ofBase32("MZXW6YTBOIMZXW6YTBOIMZXW6YTBOIMZ"));
    isRefused(hers.codeAt(Totp.stepAt(NOON)), "WRONG_CODE");
  }

  @Test
  void aSecretMovedToAnotherAccountOpensNothing() {
    TestAccount eve =
        gateway.account("eve@acme").methods("publickey,keyboard-interactive").create();
    Totp hers = eve.enrol(Totp.ofBase32("MZXW6YTBOIMZXW6YTBOIMZXW6YTBOIMZ"));
    gateway
        .jdbc()
        .sql(
            "update account_totp set sealed_secret = (select sealed_secret from account_totp x"
                + " join account a on a.id = x.account_id where a.username = 'eve')")
        .update();
    isRefused(hers.codeAt(Totp.stepAt(NOON)), "UNAVAILABLE");
  }

  @Test
  void withoutTheKeyNoCodeIsAskedFor() {
    assertThat(new RawLogin(gateway, ALICE).interactive(ALICE).answer(codeNow()).play())
        .first()
        .isEqualTo("no: publickey");
    comesIn(codeNow());
  }

  @Test
  void codesCannotBeTriedOneByOne() {
    for (int i = 0; i < 5; i++) {
      isRefused("guess" + i, "WRONG_CODE");
    }
    isRefused(codeNow(), "TOO_MANY_CODES");
    gateway.doorClock().goOnBy(Duration.ofSeconds(30));
    comesIn(code(Duration.ofSeconds(30)));
  }

  @Test
  void anAppThatWasNotConfirmedLetsNobodyIn() {
    gateway.jdbc().sql("update account_totp set confirmed_at = null").update();
    isRefused(codeNow(), "NO_CODES");
  }

  @Test
  void aRecoveryCodeLetsInOnce() {
    RecoveryCode recovery = RecoveryCode.random();
    gateway
        .jdbc()
        .sql(
            "insert into account_recovery_code (account_id, code_hash) select account_id, ? from"
                + " account_totp")
        .param(recovery.hash())
        .update();
    comesIn(recovery.shown());
    isRefused(recovery.shown(), "WRONG_CODE");
    isRefused(RecoveryCode.random().shown(), "WRONG_CODE");
  }

  @Test
  void anAnswerToNoQuestionEndsIt() {
    assertThat(new RawLogin(gateway, ALICE).sign(ALICE, alice.key()).answer(codeNow()).play())
        .last()
        .asString()
        .startsWith("ended: ");
    assertThat(
            new RawLogin(gateway, ALICE)
                .sign(ALICE, alice.key())
                .interactive(ALICE)
                .answer(codeNow(), codeNow())
                .play())
        .containsExactly(NOW_CODE, ASKS, WANTS_CODE);
    comesIn(codeNow());
  }
}
