package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.account.PasswordHashes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * From outside, whoever is refused learns that, and neither why nor whether the account exists: the
 * same messages, the same words of OpenSSH's client, and the same time, with real hashes.
 */
class LoginLooksAlikeTest {
  private static final int MEASUREMENTS = 7;
  private static final String ELSEWHERE = "192.0.2.0/24";
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  /** Somebody at the door, and what they bring. */
  private record Visitor(String login, OpenSshKeys key, String password) {}

  private static final Map<String, Visitor> REFUSED = new LinkedHashMap<>();
  private static final PasswordHashes HASHES = new PasswordHashes(2, 64, Duration.ofSeconds(30));
  private static TestGateway gateway;
  private static TestAccount alice;
  private static TestAccount stranger;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.passwords(Passwords.hashed(HASHES)));
    alice = gateway.account("alice@acme").create();
    stranger = gateway.account("stranger@globex").create();
    // A wrong password and a wrong key.
    REFUSED.put("WRONG", new Visitor("alice@acme", stranger.key(), "guess"));
    // All that follow bring what is right, or would be.
    REFUSED.put("UNKNOWN", visitor("nobody@acme"));
    REFUSED.put("UNKNOWN TENANT", visitor("alice@nowhere"));
    REFUSED.put("NOT A LOGIN NAME", visitor("al/ice@acme"));
    refused("SUSPENDED", gateway.account("frozen@acme").suspended());
    refused("EXPIRED", gateway.account("former@acme").expiresAt(LONG_AGO));
    refused("ELSEWHERE", gateway.account("remote@acme").sources(ELSEWHERE));
    refused(
        "NO PASSWORD, KEY EXPIRED",
        gateway.account("oldkey@acme").noPassword().keyExpiresAt(LONG_AGO));
    refused(
        "NO PASSWORD, KEY ELSEWHERE",
        gateway.account("farkey@acme").noPassword().keySources(ELSEWHERE));
  }

  @AfterAll
  static void stop() {
    gateway.comesToRest();
    gateway.close();
    HASHES.close();
  }

  private static Visitor visitor(String login) {
    return new Visitor(login, alice.key(), TestAccount.PASSWORD);
  }

  private static void refused(String why, TestAccount.Setup setup) {
    TestAccount account = setup.create();
    REFUSED.put(why, new Visitor(account.login(), account.key(), TestAccount.PASSWORD));
  }

  @Test
  void theMessagesAreTheSame() {
    REFUSED.forEach(
        (why, visitor) ->
            assertThat(
                    new RawLogin(gateway, visitor.login())
                        .probe(visitor.login(), visitor.key())
                        .sign(visitor.login(), visitor.key())
                        .password(visitor.login(), visitor.password())
                        .password(visitor.login(), "x".repeat(2_000))
                        .play())
                .as(why)
                .containsExactly(RawLogin.NO, RawLogin.NO, RawLogin.NO, RawLogin.NO));
    Visitor welcome = visitor("alice@acme");
    assertThat(
            new RawLogin(gateway, welcome.login())
                .probe(welcome.login(), welcome.key())
                .password(welcome.login(), welcome.password())
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.IN);
  }

  @Test
  void theClientsWordsAreTheSame() {
    Map<String, List<String>> words =
        REFUSED.values().stream()
            .collect(Collectors.toMap(Visitor::login, LoginLooksAlikeTest::saysSsh));
    List<String> first = words.get("alice@acme");
    assertThat(first)
        .contains("LOGIN: Permission denied (publickey,password).")
        .anyMatch(line -> line.contains("Next authentication method: password"));
    assertThat(words.values()).allSatisfy(each -> assertThat(each).isEqualTo(first));
  }

  /** What {@code ssh -v} says from authentication on, without what the client itself brought. */
  private static List<String> saysSsh(Visitor visitor) {
    OpenSsh client = new OpenSsh(gateway.port(), visitor.login(), gateway.scratch("visitor"));
    Path asked =
        TestFolders.writePrivate(
            client.local("askpass"), "#!/bin/sh\necho " + visitor.password() + "\n", "rwx------");
    String said =
        client
            .askingFor(asked)
            .with("-v", "-i", visitor.key().file().toString())
            .with("-o", "NumberOfPasswordPrompts=2")
            .ssh("quay")
            .fails()
            .output();
    return said.substring(said.indexOf("SSH2_MSG_SERVICE_ACCEPT received"))
        .replace(visitor.login() + "@127.0.0.1", "LOGIN")
        .replace(visitor.key().file().toString(), "KEY")
        .replace(visitor.key().fingerprint(), "FINGERPRINT")
        .lines()
        .filter(line -> !line.startsWith("Transferred:"))
        .toList();
  }

  @Test
  void theTimeIsTheSame() {
    List<Duration> known = new ArrayList<>();
    Map<String, List<Duration>> waits = new LinkedHashMap<>();
    waits.put("WRONG", known);
    Map<String, Visitor> visitors = new LinkedHashMap<>(REFUSED);
    for (String password : List.of("", "x".repeat(600), "x".repeat(2_000))) {
      String why = "password of " + password.length();
      visitors.put(why, new Visitor("alice@acme", alice.key(), password));
      visitors.put(why + ", UNKNOWN", new Visitor("nobody@acme", alice.key(), password));
    }
    for (int i = 0; i <= MEASUREMENTS; i++) {
      for (Map.Entry<String, Visitor> each : visitors.entrySet()) {
        Duration wait = wait(each.getValue());
        // The first round warms up.
        if (i > 0) {
          waits.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(wait);
        }
      }
    }
    double usual = medianMillis(known);
    waits.forEach(
        (why, each) ->
            assertThat(medianMillis(each) / usual)
                .as("%s: %.1f ms, WRONG: %.1f ms", why, medianMillis(each), usual)
                .isBetween(0.5, 2.0));
  }

  /**
   * The bound: of what is asked for first, the medians of who exists and who does not, measured in
   * turn, lie within a factor of two of each other.
   */
  @Test
  void theTimeOfEachFirstMethodIsTheSame() {
    OpenSshKeys strange = stranger.key();
    gateway.account("bob@asked").create();
    gateway
        .jdbc()
        .sql(
            "update tenant set auth_methods = '{keyboard-interactive:password}' where name ="
                + " 'asked'")
        .update();
    Map<String, Function<String, RawLogin>> methods = new LinkedHashMap<>();
    methods.put("acme none", name -> login(name).method(name, "none"));
    methods.put("acme publickey", name -> login(name).probe(name, strange));
    methods.put("acme password", name -> login(name).password(name, "guess"));
    methods.put(
        "asked keyboard-interactive", name -> login(name).interactive(name).answer("guess"));
    methods.forEach(
        (what, tried) -> {
          String tenant = what.substring(0, what.indexOf(' '));
          String known = (tenant.equals("acme") ? "alice@" : "bob@") + tenant;
          List<Duration> exists = new ArrayList<>();
          List<Duration> doesNot = new ArrayList<>();
          for (int i = 0; i <= 3 * MEASUREMENTS; i++) {
            Duration one = lastWait(tried.apply(known));
            Duration other = lastWait(tried.apply("nobody@" + tenant));
            // The first round warms up.
            if (i > 0) {
              exists.add(one);
              doesNot.add(other);
            }
          }
          assertThat(medianMillis(doesNot) / medianMillis(exists))
              .as("%s: %.2f and %.2f ms", what, medianMillis(doesNot), medianMillis(exists))
              .isBetween(0.5, 2.0);
        });
  }

  private static RawLogin login(String name) {
    return new RawLogin(gateway, name);
  }

  private static Duration lastWait(RawLogin login) {
    assertThat(login.play()).last().asString().startsWith("no: ");
    return login.waits().getLast();
  }

  private static Duration wait(Visitor visitor) {
    RawLogin login =
        new RawLogin(gateway, visitor.login()).password(visitor.login(), visitor.password());
    assertThat(login.play()).containsExactly(RawLogin.NO);
    return login.waits().getFirst();
  }

  private static double medianMillis(List<Duration> waits) {
    return waits.stream().sorted().skip(waits.size() / 2).findFirst().orElseThrow().toNanos() / 1e6;
  }
}
