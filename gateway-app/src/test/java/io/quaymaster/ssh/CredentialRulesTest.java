package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that may less than their account; passwords that age and overlap; hours. */
class CredentialRulesTest {
  private static final String ALICE = "alice@acme";

  /** A Monday. */
  private static final Instant MONDAY_NOON = Instant.parse("2026-06-01T12:00:00Z");

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private OpenSsh client(OpenSshKeys key) {
    return new OpenSsh(gateway.port(), ALICE, gateway.scratch("client")).withKey(key);
  }

  private void comesIn(String password) {
    assertThat(new RawLogin(gateway, ALICE).password(ALICE, password).play())
        .containsExactly(RawLogin.IN);
  }

  private void isRefused(String password, String reason) {
    assertThat(new RawLogin(gateway, ALICE).password(ALICE, password).play())
        .containsExactly(RawLogin.NO);
    await()
        .untilAsserted(
            () -> assertThat(gateway.logins("alice")).last().isEqualTo("login refused " + reason));
  }

  @Test
  void aReadOnlyKeyChangesNothing() {
    TestAccount alice = gateway.account(ALICE).create();
    alice.write("a", "hello");
    OpenSsh client = client(alice.addKey(true, null));
    client.write("b", 10);
    client.sftp("get a", "ls").succeeds();
    client.sftp("put b").fails("Permission denied");
    client.sftp("rm a").fails();
    client.scp("-O", "b", "quay:b").fails();
    assertThat(alice.file("a")).exists();
    assertThat(alice.file("b")).doesNotExist();
    client(alice.key()).sftp("rm a").succeeds();
  }

  @Test
  void aKeyWithADirectorySeesNothingElse() {
    TestAccount alice =
        gateway.account(ALICE).mount("/lake", "other", "lake", "list,read,write,create").create();
    alice.write("in/a", "hello");
    alice.write("inner/secret", "x");
    alice.write("secret", "x");
    OpenSsh client = client(alice.addKey(false, "/in"));
    client.write("b", 10);
    client.sftp("get a", "put b", "mkdir deep", "put b deep/b").succeeds();
    client.sftp("pwd").succeeds().says("/in");
    assertThat(alice.file("in/b")).exists();
    for (String command :
        new String[] {
          "get /secret",
          "get ../secret",
          "get /inner/secret",
          "put b /b",
          "put b /lake/b",
          "ls /lake",
          "rename a /a",
          "symlink /secret link"
        }) {
      client.sftp(command, "get link").fails();
    }
    client.scp("-O", "b", "quay:/b").fails();
    assertThat(alice.file("b")).doesNotExist();
    assertThat(alice.file("a")).doesNotExist();
  }

  @Test
  void twoKeysAllowWhatBothDo() {
    TestAccount alice = gateway.account(ALICE).methods("publickey,publickey").create();
    alice.write("in/a", "hello");
    OpenSshKeys readOnly = alice.addKey(true, null);
    OpenSshKeys inside = alice.addKey(false, "/in");
    OpenSsh client =
        new OpenSsh(gateway.port(), ALICE, gateway.scratch("two"))
            .with("-i", readOnly.file().toString(), "-i", inside.file().toString());
    client.write("b", 10);
    client.sftp("get /in/a").succeeds();
    client.sftp("put b /in/b").fails();
    client.sftp("put b /b").fails();
  }

  @Test
  void anExpiredPasswordReadsAsAWrongOne() {
    gateway.account(ALICE).passwordExpiresAt(MONDAY_NOON).create();
    gateway.doorClock().stopAt(MONDAY_NOON.minusSeconds(1));
    comesIn(TestAccount.PASSWORD);
    gateway.doorClock().stopAt(MONDAY_NOON);
    isRefused(TestAccount.PASSWORD, "PASSWORD_EXPIRED");
    isRefused("guess", "WRONG_PASSWORD");
  }

  @Test
  void aTenantsPasswordsAge() {
    gateway.account(ALICE).create().change("password_changed_at = '2026-05-01T12:00:00Z'");
    gateway.jdbc().sql("update tenant set password_max_age_days = 31").update();
    gateway.doorClock().stopAt(MONDAY_NOON.minusSeconds(1));
    comesIn(TestAccount.PASSWORD);
    gateway.doorClock().stopAt(MONDAY_NOON);
    isRefused(TestAccount.PASSWORD, "PASSWORD_EXPIRED");
  }

  @Test
  void theOldPasswordLetsInUntilItsTime() {
    gateway.account(ALICE).previousPassword("old", MONDAY_NOON).create();
    gateway.doorClock().stopAt(MONDAY_NOON.minusSeconds(1));
    comesIn("old");
    comesIn(TestAccount.PASSWORD);
    gateway.doorClock().stopAt(MONDAY_NOON);
    isRefused("old", "WRONG_PASSWORD");
    comesIn(TestAccount.PASSWORD);
  }

  @Test
  void outsideOfItsHoursAnAccountIsRefusedAndAnOpenSessionGoesOn() {
    TestAccount alice =
        gateway.account(ALICE).hours("Europe/Berlin", "mon-fri 08:00-14:00").create();
    // 13:59:59 in Berlin.
    gateway.doorClock().stopAt(MONDAY_NOON.minusSeconds(1));
    SftpWire open = alice.wire();
    gateway.doorClock().goOnBy(Duration.ofSeconds(1));
    isRefused(TestAccount.PASSWORD, "OUTSIDE_HOURS");
    assertThat(new RawLogin(gateway, ALICE).probe(ALICE, alice.key()).play())
        .containsExactly(RawLogin.NO);
    assertThat(gateway.sessions().size()).isOne();
    open.close();
    gateway.doorClock().stopAt(MONDAY_NOON.plus(Duration.ofHours(23)));
    comesIn(TestAccount.PASSWORD);
  }
}
