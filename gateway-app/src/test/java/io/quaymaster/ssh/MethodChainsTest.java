package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chains of methods: all steps, in their order, each by its own proof, and by one account. */
class MethodChainsTest {
  private static final String ALICE = "alice@acme";
  private static final String KEY_FIRST = "no: publickey";
  private static final String NOW_PASSWORD = "no: password (partial)";
  private static final String STILL_PASSWORD = "no: password";

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

  private TestAccount alice(String... chains) {
    return gateway.account(ALICE).methods(chains).create();
  }

  private RawLogin login() {
    return new RawLogin(gateway, ALICE);
  }

  private void neverWasIn() {
    assertThat(gateway.audit("alice")).noneMatch(line -> line.startsWith("login ok"));
    assertThat(gateway.sessions().size()).isZero();
  }

  @Test
  void aKeyAndThenThePasswordLetIn() {
    TestAccount alice = alice("publickey,password");
    assertThat(
            login()
                .probe(ALICE, alice.key())
                .sign(ALICE, alice.key())
                .password(ALICE, TestAccount.PASSWORD)
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, NOW_PASSWORD, RawLogin.IN);
    assertThat(log.lines())
        .anyMatch(line -> line.contains("key " + alice.key().fingerprint() + ", password"));
  }

  @Test
  void soDoesOpenSshsOwnClient() {
    TestAccount alice = alice("publickey,password");
    OpenSsh client = new OpenSsh(gateway.port(), ALICE, gateway.scratch("chain"));
    Path asked =
        TestFolders.writePrivate(
            client.local("askpass"), "#!/bin/sh\necho " + TestAccount.PASSWORD + "\n", "rwx------");
    client
        .askingFor(asked)
        .with("-v", "-i", alice.key().file().toString())
        .sftpWith(List.of("-o", "BatchMode=no"), "ls")
        .succeeds()
        .says("Authenticated using \"publickey\" with partial success.");
    client
        .with("-i", alice.key().file().toString())
        .ssh("quay")
        .fails("Permission denied (password)");
  }

  @Test
  void thePasswordFirstIsNotEvenLookedAt() {
    TestAccount alice = alice("publickey,password");
    assertThat(
            login()
                .password(ALICE, TestAccount.PASSWORD)
                .sign(ALICE, alice.key())
                .password(ALICE, "guess")
                .play())
        .containsExactly(KEY_FIRST, NOW_PASSWORD, STILL_PASSWORD);
    neverWasIn();
    assertThat(gateway.audit("alice"))
        .containsExactly("login refused METHOD_NOT_OFFERED", "login refused WRONG_PASSWORD");
  }

  @Test
  void aProbedKeyIsNoStep() {
    TestAccount alice = alice("publickey,password");
    assertThat(login().probe(ALICE, alice.key()).password(ALICE, TestAccount.PASSWORD).play())
        .containsExactly(RawLogin.KEY_WOULD_DO, KEY_FIRST);
    neverWasIn();
  }

  @Test
  void aWrongSignatureIsNoStep() {
    TestAccount alice = alice("publickey,password");
    TestAccount eve = gateway.account("eve@acme").create();
    assertThat(
            login()
                .probe(ALICE, alice.key())
                .sign(ALICE, alice.key(), eve.key())
                .password(ALICE, TestAccount.PASSWORD)
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, KEY_FIRST, KEY_FIRST);
    neverWasIn();
    await()
        .untilAsserted(
            () -> assertThat(gateway.audit("alice")).contains("login refused WRONG_SIGNATURE"));
  }

  @Test
  void oneKeyIsNotTwo() {
    TestAccount alice = alice("publickey,publickey");
    assertThat(login().sign(ALICE, alice.key()).sign(ALICE, alice.key()).play())
        .containsExactly("no: publickey (partial)", KEY_FIRST);
    neverWasIn();
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.audit("alice"))
                    .containsExactly("login refused KEY_USED_BEFORE"));
    OpenSshKeys second = alice.addKey(false, null);
    assertThat(login().sign(ALICE, alice.key()).sign(ALICE, second).play())
        .containsExactly("no: publickey (partial)", RawLogin.IN);
  }

  @Test
  void anyOneChainIsEnough() {
    TestAccount alice = alice("publickey,password", "keyboard-interactive:password");
    assertThat(login().method(ALICE, "none").interactive(ALICE).answer(TestAccount.PASSWORD).play())
        .containsExactly("no: publickey,keyboard-interactive", "asks: Password:", RawLogin.IN);
    assertThat(login().sign(ALICE, alice.key()).password(ALICE, TestAccount.PASSWORD).play())
        .containsExactly("no: password,keyboard-interactive (partial)", RawLogin.IN);
  }

  @Test
  void anotherNameBetweenTheStepsEndsIt() {
    TestAccount alice = alice("publickey,password");
    gateway.account("eve@acme").methods("publickey,password").create();
    List<String> answers =
        login().sign(ALICE, alice.key()).password("eve@acme", TestAccount.PASSWORD).play();
    assertThat(answers).hasSize(2).startsWith(NOW_PASSWORD);
    assertThat(answers.getLast()).startsWith("ended: Change of username");
    neverWasIn();
    assertThat(gateway.audit("eve")).isEmpty();
  }

  @Test
  void askingForTheServiceAgainBeginsNothingAnew() {
    alice("publickey,password");
    RawLogin login = login();
    for (int i = 0; i < 9; i++) {
      login.serviceAgain().password(ALICE, "guess");
    }
    List<String> answers = login.play();
    assertThat(answers).hasSize(7);
    assertThat(answers.getLast()).startsWith("ended: Too many authentication failures");
  }

  @Test
  void aPasswordThatChangedBetweenTheStepsProvesNothing() {
    TestAccount alice = alice("password,publickey");
    assertThat(
            login()
                .password(ALICE, TestAccount.PASSWORD)
                .meanwhile(() -> alice.change("password_hash = 'another'"))
                .sign(ALICE, alice.key())
                .andStays()
                .play())
        .last()
        .asString()
        .startsWith("ended: The login was accepted, but the account cannot be used now.");
    neverWasIn();
    assertThat(gateway.audit("alice")).containsExactly("login refused WRONG_PASSWORD");
  }

  @Test
  void aPolicyThatAsksForMoreMeanwhileIsObeyed() {
    TestAccount alice = alice("publickey");
    assertThat(
            login()
                .probe(ALICE, alice.key())
                .meanwhile(() -> alice.change("auth_methods = '{\"publickey,password\"}'"))
                .sign(ALICE, alice.key())
                .andStays()
                .play())
        .last()
        .asString()
        .startsWith("ended: The login was accepted");
    neverWasIn();
    assertThat(gateway.audit("alice")).containsExactly("login refused METHODS_CHANGED");
  }

  @Test
  void whoIsUnknownIsAskedWhatTheTenantAsks() {
    TestAccount bob = gateway.account("bob@acme").create();
    gateway
        .jdbc()
        .sql("update tenant set auth_methods = '{\"publickey,password\"}' where name = 'acme'")
        .update();
    OpenSshKeys strange = OpenSshKeys.generate(gateway.scratch("strange"), "ed25519");
    for (String name : List.of("bob@acme", "nobody@acme")) {
      assertThat(
              new RawLogin(gateway, name)
                  .method(name, "none")
                  .sign(name, strange)
                  .password(name, TestAccount.PASSWORD)
                  .interactive(name)
                  .play())
          .as(name)
          .containsOnly(KEY_FIRST)
          .hasSize(4);
    }
    assertThat(
            new RawLogin(gateway, "bob@acme")
                .sign("bob@acme", bob.key())
                .password("bob@acme", TestAccount.PASSWORD)
                .play())
        .containsExactly(NOW_PASSWORD, RawLogin.IN);
  }
}
