package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.process.TlsPair;
import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import io.quaymaster.storage.s3.Fault;
import io.quaymaster.storage.s3.FaultProxy;
import io.quaymaster.storage.s3.S3Server;
import io.quaymaster.system.PromQl.Condition;
import io.quaymaster.system.PromQl.Selector;
import io.quaymaster.system.WatchFiles.Expression;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that the alert rules and the dashboard ask for is there, in the pages of gateways at
 * which a little of everything has happened.
 */
class ObservabilityIT {
  private static final int MIB = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(60);

  /** What Prometheus adds to each series of a target. */
  private static final Set<String> OF_TARGETS = Set.of("namespace", "job", "instance");

  /** The second argument of label_values is a label, and no metric. */
  private static final Set<String> VALUES_OF = Set.of("namespace", "instance", "tenant");

  /** Prometheus's own. */
  private static final Set<String> OF_PROMETHEUS = Set.of("up", "ALERTS");

  /** What no play here brings about, and which other test sees it. */
  private static final Map<String, String> HAPPENS_ELSEWHERE =
      Map.of(
          "quaymaster_sealed_secrets use=previous",
              "in an exchange of seal keys: SealKeyExchangeIT",
          "quaymaster_sealed_secrets use=missing", "without a seal key: SealKeyExchangeIT",
          "quaymaster_refusals_total code=UNAVAILABLE", "without the database: DatabaseAwayIT",
          "http_server_requests_seconds_count outcome=SERVER_ERROR",
              "without the database: DatabaseAwayIT",
          "quaymaster_negotiation_failures_total category=compression",
              "by clients that OpenSSH's is none of: FailedHandshakeTest",
          "quaymaster_negotiation_failures_total category=exchange",
              "by clients that OpenSSH's is none of: FailedHandshakeTest");

  @TempDir Path folder;

  private final S3Server server = S3Server.shared();

  @Test
  void whatIsWatchedIsThere() throws Exception {
    Exposition seen = new Exposition(pageOfABusyGateway(), pageOfAGatewayWithTls());

    SoftAssertions softly = new SoftAssertions();
    Set<String> unused = new HashSet<>(HAPPENS_ELSEWHERE.keySet());
    Map<String, String> missing = new TreeMap<>();
    for (Expression expression : WatchFiles.expressions()) {
      PromQl asked = PromQl.parse(expression.text());
      Set<String> labels = new HashSet<>(OF_TARGETS);
      for (Selector selector : asked.selectors()) {
        labels.addAll(seen.labels(selector.metric()));
        String why = whyNot(seen, selector, unused);
        if (!why.isEmpty()) {
          missing.put(expression.where() + ": " + selector, why);
        }
      }
      if (asked.selectors().stream().allMatch(s -> seen.has(s.metric()))) {
        softly.assertThat(labels).as(expression.where()).containsAll(asked.groupings());
      }
    }
    softly.assertThat(missing).as("asked for and not there").isEmpty();
    softly.assertThat(unused).as("excused, and nobody asks for it").isEmpty();
    softly.assertAll();
  }

  /** Empty if a series fits, or none can. */
  private static String whyNot(Exposition seen, Selector selector, Set<String> unused) {
    String metric = selector.metric();
    if (VALUES_OF.contains(metric)) {
      return "";
    }
    if (OF_PROMETHEUS.contains(metric)) {
      return "";
    }
    if (!seen.has(metric)) {
      return "no such metric";
    }
    List<Condition> ours =
        selector.conditions().stream().filter(c -> !OF_TARGETS.contains(c.label())).toList();
    for (Condition condition : ours) {
      if (!seen.labels(metric).contains(condition.label())) {
        return "no label " + condition.label();
      }
    }
    boolean excused = false;
    for (String value : values(ours)) {
      String label = value.substring(0, value.indexOf('='));
      if (!seen.has(new Selector(metric, List.of(condition(value))))) {
        String excuse = metric + " " + value;
        if (!HAPPENS_ELSEWHERE.containsKey(excuse)) {
          return "no " + label + " that is " + value.substring(label.length() + 1);
        }
        unused.remove(excuse);
        excused = true;
      }
    }
    return excused || seen.has(new Selector(metric, ours)) ? "" : "nothing fits";
  }

  /** What labels must be, each alternative of an expression such as a|b by itself: a=b. */
  private static List<String> values(List<Condition> conditions) {
    return conditions.stream()
        .filter(c -> !c.operator().startsWith("!"))
        .flatMap(c -> Stream.of(c.value().split("\\|", -1)).map(v -> c.label() + "=" + v))
        .toList();
  }

  private static Condition condition(String value) {
    int equals = value.indexOf('=');
    return new Condition(value.substring(0, equals), "=~", value.substring(equals + 1));
  }

  /** Files come and go, much is refused, and a bucket fails. */
  private String pageOfABusyGateway() throws Exception {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder.resolve("busy"))
            .with("QUAYMASTER_S3_PATIENCE", "4s")
            .with("QUAYMASTER_ADMISSION_PENALTIES_ENABLED", "false");
    try (FaultProxy proxy = FaultProxy.before(server.endpoint());
        Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of("limits", Map.of("bytes", 1L * MIB)));
      OpenSsh client = alice.openSsh();
      client.write("small", 10_000);
      client.write("big", 2 * MIB);
      client
          .sftp(
              "put small",
              "mkdir d",
              "rename small d/small",
              "get d/small back",
              "ls -l d",
              "-put big")
          .succeeds();
      client.sftp("rm d/small", "-rm d/small").succeeds();
      alice.openSshWithPassword("not hers").sftp("ls").fails("Permission denied");
      refusedAlgorithms(alice);

      BucketIT.store(quay, "lake", server, proxy.endpoint(), server.newBucket());
      Partner bob =
          quay.partner("bob@acme", Map.of("home", Map.of("store", "lake", "path", "bob")));
      OpenSsh toBucket = bob.openSsh();
      toBucket.write("small", 10_000);
      toBucket.write("parts", 12 * MIB);
      toBucket.sftp("put small", "put parts", "ls -l", "get small back").succeeds();
      proxy.every(FaultProxy.anyRequest(), new Fault.SlowDown());
      failsUntil(quay, toBucket, "outcome=\"server-error\"");
      proxy.heal();
      proxy.refuse();
      failsUntil(quay, toBucket, "outcome=\"unreachable\"");
      breaksOff(alice);

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(quay.metrics().page())
                      .contains("category=\"kex\"", "outcome=\"aborted\""));
      return quay.metrics().page();
    }
  }

  /** How the last try of a request ends depends on how long the others took. */
  private static void failsUntil(Quay quay, OpenSsh client, String label) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              client.sftp("put small again").fails("");
              return quay.metrics().page().contains(label);
            });
  }

  private static void breaksOff(Partner alice) {
    alice.limit("bytes", null);
    alice.limit("bytesPerSecond", 1L * MIB);
    Upload.begin(alice.openSsh(), "put big cut").hasBrought(MIB / 4, alice.file("cut")).close();
  }

  /** One client for each kind of algorithm that an operator hears of. */
  private static void refusedAlgorithms(Partner alice) {
    for (String option :
        List.of(
            "KexAlgorithms=diffie-hellman-group14-sha1",
            "HostKeyAlgorithms=ssh-rsa",
            "Ciphers=aes128-cbc")) {
      alice.openSsh().with("-o", option).sftp("ls").fails();
    }
    alice.openSsh().with("-o", "Ciphers=aes128-ctr", "-o", "MACs=hmac-sha1").sftp("ls").fails();
  }

  private String pageOfAGatewayWithTls() throws Exception {
    Path own = folder.resolve("tls");
    Files.createDirectories(own);
    TlsPair pair = TlsPair.generate("EC");
    pair.writeCertificate(own.resolve("tls.crt"));
    pair.writeKey(own.resolve("tls.key"));
    GatewayProcess.Setup setup =
        GatewayProcess.in(own)
            .with("QUAYMASTER_TLS_CERTIFICATE", own.resolve("tls.crt").toString())
            .with("QUAYMASTER_TLS_PRIVATE_KEY", own.resolve("tls.key").toString());
    try (GatewayProcess gateway = setup.start();
        HttpClient http = pair.client()) {
      URI page =
          URI.create("https://127.0.0.1:" + gateway.managementPort() + "/actuator/prometheus");
      return http.send(HttpRequest.newBuilder(page).timeout(SOON).build(), BodyHandlers.ofString())
          .body();
    }
  }
}
