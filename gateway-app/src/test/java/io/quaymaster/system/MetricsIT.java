package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What an operator reads on the Prometheus page and in the log. */
@ExtendWith(SharedQuay.class)
class MetricsIT {
  private static final int MIB = 1 << 20;
  private static final String REQUESTS = "quaymaster_sftp_request_seconds";

  private static Quay quay;

  @BeforeAll
  static void meet(Quay shared) {
    quay = shared;
    quay.tenant("umbrella", Map.of());
  }

  @Test
  void whatHappenedIsCounted() {
    Partner alice = quay.partner("alice@umbrella", Map.of("limits", Map.of("bytes", 2L * MIB)));
    OpenSsh client = alice.openSsh();
    client.write("up", 1_000_000);
    client.write("too-much", 2 * MIB);
    Metrics before = quay.metrics();

    client.sftp("put up", "get up down", "ls -l", "-put too-much").succeeds();
    client.scp("-O", "quay:up", "by-scp").succeeds();
    alice.openSshWithPassword("not hers").sftp("ls").fails("Permission denied");

    Metrics now = quay.metrics();
    assertThat(now.moreThan(before, "quaymaster_logins_total", "outcome=\"ok\"")).isEqualTo(2);
    assertThat(now.moreThan(before, "quaymaster_logins_total", "outcome=\"refused\"")).isEqualTo(1);
    transferred(before, now, "upload", "sftp", "completed", 1_000_000);
    transferred(before, now, "download", "sftp", "completed", 1_000_000);
    transferred(before, now, "download", "scp", "completed", 1_000_000);
    long fitted = alice.transferOf("/too-much").get("bytes").longValue();
    transferred(before, now, "upload", "sftp", "failed", fitted);
    assertThat(now.moreThan(before, "quaymaster_quota_denials_total", "limit=\"bytes\""))
        .isEqualTo(now.moreThan(before, "quaymaster_refusals_total", "code=\"QUOTA_BYTES\""))
        .isPositive();
    whoWasRefused(before, now);

    assertThat(now.help())
        .containsKeys("quaymaster_transfers_total", "quaymaster_sessions", REQUESTS)
        .allSatisfy((name, help) -> assertThat(help).as(name).isNotBlank());

    served(before, now, "open", 3);
    served(before, now, "opendir", 1);
    double writes = now.moreThan(before, REQUESTS + "_count", "operation=\"write\"");
    assertThat(writes).isGreaterThanOrEqualTo((1_000_000 + 2 * MIB) / 261_120.0);
    quay.isExact("umbrella", alice);
  }

  private static void transferred(
      Metrics before, Metrics now, String direction, String protocol, String outcome, long bytes) {
    String[] labels = {
      "tenant=\"umbrella\"",
      "direction=\"" + direction + "\"",
      "protocol=\"" + protocol + "\"",
      "outcome=\"" + outcome + "\""
    };
    assertThat(now.moreThan(before, "quaymaster_transfers_total", labels)).isEqualTo(1);
    assertThat(now.moreThan(before, "quaymaster_transfer_bytes_total", labels))
        .isEqualTo((double) bytes);
    assertThat(now.moreThan(before, "quaymaster_transfer_seconds_count", labels)).isEqualTo(1);
    assertThat(now.moreThan(before, "quaymaster_transfer_seconds_sum", labels)).isPositive();
  }

  /** A tenant is named only where somebody has logged in. */
  private static void whoWasRefused(Metrics before, Metrics now) {
    String refusals = "quaymaster_refusals_total";
    assertThat(now.moreThan(before, refusals, "code=\"QUOTA_BYTES\"", "tenant=\"umbrella\""))
        .isPositive();
    assertThat(now.moreThan(before, refusals, "code=\"WRONG_PASSWORD\"", "tenant=\"\""))
        .isEqualTo(1);
  }

  @Test
  void howTheGatewayIsItSaysItself() {
    Metrics now = quay.metrics();

    assertThat(now.of("quaymaster_ready")).isEqualTo(1);
    assertThat(now.of("quaymaster_database_available")).isEqualTo(1);
    assertThat(now.of("quaymaster_quota_settle_age_seconds")).isBetween(0.0, 20.0);
    assertThat(now.of("quaymaster_heartbeat_age_seconds")).isBetween(0.0, 20.0);
    assertThat(now.of("quaymaster_audit_signing_age_seconds")).isBetween(0.0, 60.0);
    assertThat(now.of("quaymaster_audit_partitions_age_seconds")).isBetween(0.0, 3700.0);
    assertThat(now.of("quaymaster_audit_findings")).isZero();
    assertThat(now.of("quaymaster_journal_limit_bytes")).isEqualTo(256.0 * MIB);
    assertThat(now.of("quaymaster_journal_waiting_bytes")).isLessThan(MIB);
    assertThat(now.of("quaymaster_password_hashes_waiting")).isZero();
    assertThat(now.of("quaymaster_password_hashes_refused_total")).isZero();
    assertThat(now.of("disk_free_bytes", "path=\"" + quay.process().dataFolder() + "\""))
        .isPositive();
    assertThat(now.page().lines())
        .filteredOn(line -> !line.startsWith("#"))
        .allMatch(line -> line.contains("application=\"quaymaster\""));
  }

  /** So many requests of a kind, each in its latency histogram. */
  private static void served(Metrics before, Metrics now, String operation, int times) {
    String label = "operation=\"" + operation + "\"";
    assertThat(now.moreThan(before, REQUESTS + "_count", label)).isEqualTo(times);
    assertThat(now.moreThan(before, REQUESTS + "_bucket", label, "le=\"+Inf\"")).isEqualTo(times);
    assertThat(now.of(REQUESTS + "_bucket", label, "le=\"0.1\"")).isPositive();
  }

  @Test
  void whatIsUnderWayIsShown() {
    Partner bob =
        quay.partner("bob@umbrella", Map.of("limits", Map.of("bytesPerSecond", 4L * MIB)));
    OpenSsh client = bob.openSsh();
    client.write("big", 32 * MIB);
    await().untilAsserted(() -> assertThat(quay.metrics().of("quaymaster_sessions")).isZero());

    try (Upload upload = Upload.begin(client, "put big").hasBrought(MIB, bob.file("big"))) {
      Metrics now = quay.metrics();
      assertThat(upload.isUnderWay()).isTrue();
      assertThat(now.of("quaymaster_sessions")).isEqualTo(1);
      assertThat(now.of("quaymaster_channels")).isEqualTo(1);
      assertThat(now.of("quaymaster_quota_reserved_bytes")).isPositive();
    }

    await().untilAsserted(() -> assertThat(quay.metrics().of("quaymaster_sessions")).isZero());
    quay.isExact("umbrella", bob);
    assertThat(quay.metrics().of("quaymaster_quota_reserved_bytes")).isZero();
  }

  @Test
  void theLogHasOneLineForEach() {
    Partner carol = quay.partner("carol@umbrella", Map.of());
    OpenSsh client = carol.openSsh();
    client.write("up", 4_321);
    carol.openSshWithPassword("not hers").sftp("ls").fails("Permission denied");
    client.sftp("put up", "get up down").succeeds();

    List<String> lines =
        quay.process().log().lines().filter(l -> l.contains("account=carol@umbrella")).toList();

    String id = " id=[a-z0-9]{8}\\b.*";
    String session = ".* session=[0-9a-f]{8,} .*";
    assertThat(having(lines, "audit: login refused "))
        .singleElement()
        .asString()
        .matches(".* source=127.0.0.1 .* code=WRONG_PASSWORD" + id);
    assertThat(having(lines, "audit: login ok ")).singleElement().asString().matches(session + id);
    assertThat(having(lines, "audit: upload completed "))
        .singleElement()
        .asString()
        .matches(session + "protocol=sftp path=\"/up\" bytes=4321 .*" + id);
    assertThat(having(lines, "audit: download completed "))
        .singleElement()
        .asString()
        .matches(session + "bytes=4321 .*" + id);
    JsonNode told = carol.transferOf("/up");
    assertThat(having(lines, told.get("correlationId").stringValue())).isNotEmpty();
    assertThat(carol.audit())
        .filteredOn(e -> e.get("action").stringValue().equals("login"))
        .allMatch(e -> !having(lines, " id=" + e.get("correlationId").stringValue()).isEmpty())
        .hasSize(2);
  }

  private static List<String> having(List<String> lines, String text) {
    return lines.stream().filter(line -> line.contains(text)).toList();
  }
}
