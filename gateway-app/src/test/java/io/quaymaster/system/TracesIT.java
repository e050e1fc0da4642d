package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real gateway sends to a collector, and what becomes of it when the collector is away. */
class TracesIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SECRET = "collectors-own-secret";

  @TempDir Path folder;

  @Test
  void whatHappensIsATreeOfSpans() throws Exception {
    try (Collector collector = Collector.at(0);
        Quay quay =
            Quay.start(
                to(collector.url())
                    .with("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20" + SECRET)
                    .with("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
                    .with("LOGGING_LEVEL_IO_OPENTELEMETRY_EXPORTER", "TRACE")
                    .with("LOGGING_LEVEL_IO_OPENTELEMETRY_SDK", "TRACE")
                    .with("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"))) {
      quay.tenant("acme", Map.of());
      Partner alice =
          quay.partner(
              "alice@acme", Map.of("permissions", List.of("list", "read", "write", "create")));
      OpenSsh client = alice.openSsh();
      client.write("up", 4_321);
      assertThat(quay.health("readiness")).isEqualTo(200);

      client.sftp("put up", "get up down", "-rm up").succeeds();
      alice.openSshWithPassword("not hers").sftp("ls").fails("Permission denied");

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(collector.spans())
                      .extracting(Span::getName)
                      .contains("session", "upload", "download", "login"));
      Span session = single(collector, "session");
      theSessionHasItsTransfers(collector, session, alice);
      theRefusedLoginStandsAlone(collector, session);
      theAdminsRequestsAreThere(collector, quay);
      theLogBearsTheTrace(quay, single(collector, "upload"));

      assertThat(collector.authorizations()).containsOnly("Bearer " + SECRET);
      assertThat(Collector.attributes(collector.resources().getFirst().getAttributesList()))
          .containsEntry("service.name", "quaymaster")
          .containsEntry("deployment.environment.name", "test")
          .containsKeys("service.instance.id", "service.version");
      assertThat(collector.spans().toString())
          .doesNotContain(Partner.PASSWORD, "not hers", quay.process().adminToken());
      assertThat(quay.process().log()).doesNotContain(SECRET);
    }
  }

  private static void theSessionHasItsTransfers(Collector collector, Span session, Partner alice) {
    assertThat(session.getParentSpanId().isEmpty()).isTrue();
    assertThat(attributes(session))
        .containsEntry("quaymaster.tenant", "acme")
        .containsEntry("quaymaster.account", "alice")
        .containsEntry("client.address", "127.0.0.1")
        .containsKeys("quaymaster.credential", "quaymaster.bytes_received", "session.id");
    assertThat(session.getEventsList())
        .singleElement()
        .satisfies(
            refusal -> assertThat(refusal.getName()).isEqualTo("remove"),
            refusal ->
                assertThat(Collector.attributes(refusal.getAttributesList()))
                    .containsEntry("error.type", "NOT_PERMITTED")
                    .containsEntry("file.path", "/up"));
    for (String direction : List.of("upload", "download")) {
      Span transfer = single(collector, direction);
      assertThat(transfer.getTraceId()).isEqualTo(session.getTraceId());
      assertThat(transfer.getParentSpanId()).isEqualTo(session.getSpanId());
      assertThat(transfer.getStartTimeUnixNano())
          .isBetween(session.getStartTimeUnixNano(), transfer.getEndTimeUnixNano());
      assertThat(transfer.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(attributes(transfer))
          .containsEntry("quaymaster.tenant", "acme")
          .containsEntry("quaymaster.account", "alice")
          .containsEntry("quaymaster.protocol", "sftp")
          .containsEntry("quaymaster.direction", direction)
          .containsEntry("quaymaster.bytes", "4321")
          .containsEntry("quaymaster.outcome", "completed")
          .containsEntry("file.path", "/up");
    }
    assertThat(alice.transfers())
        .extracting(t -> t.get("correlationId").stringValue())
        .contains(attributes(single(collector, "upload")).get("quaymaster.correlation_id"));
  }

  private static void theRefusedLoginStandsAlone(Collector collector, Span session) {
    Span login = single(collector, "login");
    assertThat(login.getTraceId()).isNotEqualTo(session.getTraceId());
    assertThat(login.getParentSpanId().isEmpty()).isTrue();
    assertThat(attributes(login))
        .containsEntry("quaymaster.outcome", "refused")
        .containsEntry("error.type", "WRONG_PASSWORD");
  }

  /** Named by their routes, below the trace of the program that asks; probes are not there. */
  private static void theAdminsRequestsAreThere(Collector collector, Quay quay) throws Exception {
    String caller = "4bf92f3577b34da6a3ce929d0e0e4736";
    HttpRequest refused =
        HttpRequest.newBuilder(URI.create(quay.process().adminUrl() + "/api/v1/tenants/acme"))
            .header("traceparent", "00-" + caller + "-00f067aa0ba902b7-01")
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(refused, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
    }
    await()
        .atMost(SOON)
        .until(() -> collector.spans().stream().anyMatch(s -> hex(s.getTraceId()).equals(caller)));

    Span created = single(collector, "POST /api/v1/tenants/{tenant}/accounts");
    assertThat(attributes(created))
        .containsEntry("http.request.method", "POST")
        .containsEntry("http.response.status_code", "201");
    assertThat(created.getEventsList())
        .singleElement()
        .satisfies(
            event -> assertThat(event.getName()).isEqualTo("account.create"),
            event ->
                assertThat(Collector.attributes(event.getAttributesList()))
                    .containsKey("quaymaster.actor")
                    .containsEntry("quaymaster.account", "alice"));
    assertThat(collector.spans())
        .filteredOn(s -> hex(s.getTraceId()).equals(caller))
        .singleElement()
        .satisfies(
            s -> assertThat(hex(s.getParentSpanId())).isEqualTo("00f067aa0ba902b7"),
            s -> assertThat(attributes(s)).containsEntry("http.response.status_code", "401"));
    assertThat(collector.spans()).extracting(Span::getName).noneMatch(n -> n.contains("actuator"));
  }

  private static void theLogBearsTheTrace(Quay quay, Span upload) {
    JsonNode line =
        quay.process()
            .log()
            .lines()
            .filter(l -> l.contains("upload completed "))
            .map(l -> JsonMapper.shared().readTree(l))
            .findFirst()
            .orElseThrow();
    assertThat(line.at("/trace/id").stringValue()).isEqualTo(hex(upload.getTraceId()));
    assertThat(line.at("/span/id").stringValue()).isEqualTo(hex(upload.getSpanId()));
  }

  @Test
  void withoutTheVariableNothingOfItIsEvenLoaded() throws Exception {
    Path classes = folder.resolve("classes.log");
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("OTEL_SERVICE_NAME", "quay")
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", "")
            .with("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes);
    try (Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      alice.openSsh().write("up", 1000);
      alice.openSsh().sftp("put up").succeeds();
    }
    assertThat(Files.readString(classes))
        .contains("io.quaymaster.audit.ObservedChronicle")
        .doesNotContain("io.opentelemetry.", "TracedChronicle");
  }

  @Test
  void aCollectorThatIsAwayHarmsNothing() throws Exception {
    int port = freePort();
    GatewayProcess.Setup setup =
        to("http://127.0.0.1:" + port)
            .with("OTEL_EXPORTER_OTLP_TIMEOUT", "500")
            // Far less than what happens during the outage.
            .with("OTEL_BSP_MAX_QUEUE_SIZE", "16")
            .with("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4");
    try (Quay quay = Quay.start(setup)) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      OpenSsh client = alice.openSsh();
      client.write("up", 100_000);
      String[] puts = new String[100];
      for (int i = 0; i < puts.length; i++) {
        puts[i] = "put up up" + i;
      }
      client.sftp(puts).succeeds();
      quay.isExact("acme", alice);
      await().atMost(SOON).until(() -> quay.process().log().contains("takes no spans"));

      try (Collector collector = Collector.at(port)) {
        await()
            .atMost(SOON)
            .until(
                () -> {
                  client.sftp("get up0 down").succeeds();
                  return quay.process().log().contains("takes spans again");
                });
        assertThat(collector.spans()).isNotEmpty();

        collector.fallSilent();
        client.sftp("put up last").succeeds();
        Instant asked = Instant.now();
        assertThat(quay.process().stop()).isZero();
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(20));
      }
      assertThat(quay.process().log())
          .containsOnlyOnce("The OpenTelemetry collector takes spans again")
          .doesNotContain("Failed to export", "BatchSpanProcessor", " ERROR ");
      assertThat(quay.process().log().lines().filter(l -> l.contains("takes no spans")).count())
          .as("outages, the second at the end")
          .isBetween(1L, 2L);
    }
  }

  @Test
  void aWrongVariableIsSaidInWords() {
    GatewayProcess.Ended ended =
        to("http://127.0.0.1:4317").with("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").run();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output())
        .contains("Quaymaster cannot start.", "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'")
        .doesNotContain("\tat ");
  }

  private GatewayProcess.Setup to(String url) {
    return GatewayProcess.in(folder)
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        .with("OTEL_BSP_SCHEDULE_DELAY", "50");
  }

  private static int freePort() throws Exception {
    try (Collector once = Collector.at(0)) {
      return once.port();
    }
  }

  private static Span single(Collector collector, String name) {
    List<Span> named = collector.spans(name);
    assertThat(named).as(name).hasSize(1);
    return named.getFirst();
  }

  private static Map<String, String> attributes(Span span) {
    return Collector.attributes(span.getAttributesList());
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
