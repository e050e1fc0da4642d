package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names, tries and outages that were ever the way into somebody else's account. */
class LoginAttacksTest {
  private static final int MOST_TRIES = 6;

  /** Nobody's, however close to Alice's. */
  private static final List<String> ODD_NAMES =
      List.of(
          "",
          "@",
          "@acme",
          "alice@",
          "alice",
          "alice@acme@globex",
          "alice@globex@acme",
          "alice@acme@",
          "alice@@acme",
          "ALICE@acme",
          "alice@ACME",
          " alice@acme",
          "alice @acme",
          "alice@acme ",
          "alice@acme\n",
          "alice\0@acme",
          "alice@acme\0",
          "alice@acme\0@globex",
          "alice@acme/../globex",
          "../alice@acme",
          "al\u0456ce@acme",
          "\u0430lice@acme",
          "alice\uff20acme",
          "alice@acme\u200b",
          "a\u0301lice@acme",
          "alice@acme' or '1'='1",
          "' or 1=1 --@acme",
          "alice@acme'; drop table account; --",
          "%@acme",
          "_____@acme",
          "alice@%",
          "alice@acme\nINFO audit: login ok account=root@acme",
          "alice@acme\r\n\u001b[2K\u001b[1A",
          "\u2028\u202ealice@acme",
          "${jndi:ldap://127.0.0.1:1/a}@acme",
          "{}{}%n%s@acme",
          "x".repeat(10_000),
          "x".repeat(10_000) + "@acme",
          "alice@" + "x".repeat(10_000));

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS);
    alice = gateway.account("alice@acme").create();
  }

  @AfterEach
  void aliceStillComesIn() {
    alice.openSsh().sftp("ls").succeeds();
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private RawLogin allThatAliceHas(String name) {
    return new RawLogin(gateway, name)
        .probe(name, alice.key())
        .sign(name, alice.key())
        .password(name, TestAccount.PASSWORD);
  }

  private List<String> told(String column) {
    return gateway
        .jdbc()
        .sql("select %s from audit_event order by id".formatted(column))
        .query((row, n) -> row.getString(1))
        .list();
  }

  @Test
  void oddNamesAreNobodysAndWriteNoLineOfTheirOwn() {
    for (String name : ODD_NAMES) {
      assertThat(allThatAliceHas(name).play())
          .as(name)
          .containsExactly(RawLogin.NO, RawLogin.NO, RawLogin.NO);
    }
    // A password is told when it is refused, keys when their client has left.
    int refusals = 2 * ODD_NAMES.size();
    await()
        .untilAsserted(
            () -> {
              gateway.comesToRest();
              assertThat(told("code")).hasSize(refusals);
            });
    assertThat(told("action || ' ' || outcome")).containsOnly("login refused");
    assertThat(told("code")).containsOnly("NOT_A_LOGIN_NAME", "UNKNOWN_ACCOUNT");
    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("login "))
        .hasSize(refusals)
        .allMatch(line -> line.startsWith("login refused account=") && line.length() < 1_000);
    assertThat(told("detail::text")).allMatch(detail -> detail.length() < 1_000);
  }

  @Test
  void anEmptyNameIsNobodysToo() {
    assertThat(
            new RawLogin(gateway, "x")
                .probe("", alice.key())
                .password("", TestAccount.PASSWORD)
                .play())
        .hasSize(1)
        .allMatch(answer -> answer.startsWith("ended: Change of username"));
  }

  @Test
  void methodsThatDoNotExistLetNobodyIn() {
    RawLogin login = new RawLogin(gateway, "alice@acme");
    List<String> methods =
        List.of("none", "", "hostbased", "keyboard-interactive", "gssapi-with-mic", "\n\u001b[2J");
    methods.forEach(method -> login.method("alice@acme", method));
    assertThat(login.play()).hasSize(methods.size()).containsOnly(RawLogin.NO);
    assertThat(gateway.audit("alice")).isEmpty();
  }

  @Test
  void theSameNameInAnotherTenantIsAnotherAccount() {
    TestAccount other = gateway.account("alice@globex").create();
    other.change("password_hash = 'other'");
    alice.write("whose", "acme's");
    other.write("whose", "globex's");
    assertThat(
            new RawLogin(gateway, "alice@globex")
                .probe("alice@globex", alice.key())
                .sign("alice@globex", alice.key())
                .password("alice@globex", TestAccount.PASSWORD)
                .probe("alice@globex", other.key())
                .sign("alice@globex", other.key())
                .play())
        .containsExactly(RawLogin.NO, RawLogin.NO, RawLogin.NO, RawLogin.KEY_WOULD_DO, RawLogin.IN);
    OpenSsh there = other.openSsh();
    there.sftp("get whose").succeeds();
    assertThat(there.local("whose")).hasContent("globex's");
  }

  @Test
  void theSameKeyInTwoTenantsOpensEachAsItself() {
    TestAccount other = gateway.account("alice@globex").create();
    gateway
        .jdbc()
        .sql(
            "insert into account_key (account_id, key_type, public_key, fingerprint, label,"
                + " sources, created_at) select a.id, k.key_type, k.public_key, k.fingerprint,"
                + " 'same', k.sources, now() from account a join tenant t on t.id = a.tenant_id,"
                + " account_key k where t.name = 'globex' and k.fingerprint = ?")
        .param(alice.key().fingerprint())
        .update();
    alice.write("whose", "acme's");
    other.write("whose", "globex's");
    OpenSsh there =
        new OpenSsh(gateway.port(), "alice@globex", gateway.scratch("there")).withKey(alice.key());
    there.sftp("get whose").succeeds();
    assertThat(there.local("whose")).hasContent("globex's");
    OpenSsh here = alice.openSsh();
    here.sftp("get whose").succeeds();
    assertThat(here.local("whose")).hasContent("acme's");
  }

  @Test
  void tooManyTriesEndTheConnection() {
    RawLogin guesser = new RawLogin(gateway, "alice@acme");
    for (int i = 0; i < 3 * MOST_TRIES; i++) {
      guesser.password("alice@acme", "guess " + i);
    }
    guesser.password("alice@acme", TestAccount.PASSWORD);
    List<String> expected = new ArrayList<>(Collections.nCopies(MOST_TRIES, RawLogin.NO));
    expected.add("ended: Too many authentication failures: " + (MOST_TRIES + 1));
    assertThat(guesser.play()).isEqualTo(expected);
    assertThat(gateway.audit("alice"))
        .isEqualTo(Collections.nCopies(MOST_TRIES, "login refused WRONG_PASSWORD"));
  }

  @Test
  void tooManyKeysEndTheConnection() {
    TestAccount eve = gateway.account("eve@acme").create();
    RawLogin prober = new RawLogin(gateway, "alice@acme");
    for (int i = 0; i < 3 * MOST_TRIES; i++) {
      prober.probe("alice@acme", eve.key());
    }
    assertThat(prober.play())
        .hasSize(MOST_TRIES + 1)
        .last()
        .asString()
        .startsWith("ended: Too many authentication failures");
    await()
        .untilAsserted(
            () -> assertThat(gateway.audit("alice")).containsExactly("login refused UNKNOWN_KEY"));
  }

  @Test
  void withoutADatabaseNobodyComesInAndAfterwardsAliceDoes() {
    OpenSsh client = alice.openSsh();
    gateway.jdbc().sql("alter table account rename to lost").update();
    try {
      assertThat(allThatAliceHas("alice@acme").play())
          .containsExactly(RawLogin.NO, RawLogin.NO, RawLogin.NO);
      assertThat(client.sftp("ls").fails().output().strip())
          .isEqualTo(
              "alice@acme@127.0.0.1: Permission denied (publickey,password).\r\n"
                  + "Connection closed");
    } finally {
      gateway.jdbc().sql("alter table lost rename to account").update();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.audit("alice"))
                    .containsOnly("login refused UNAVAILABLE")
                    .hasSize(3));
    client.sftp("ls").succeeds();
  }
}
