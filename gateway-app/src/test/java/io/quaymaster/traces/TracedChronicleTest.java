package io.quaymaster.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.quaymaster.access.Protocol;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.AuditEvent.Outcome;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.transfer.Transfer;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The audit log as spans, by OpenTelemetry's own SDK. */
class TracedChronicleTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00.000001Z");
  private static final String SESSION = "5e55104e";
  private static final Map<String, String> ADMITTED =
      Map.of("credential", "password", "client", "SSH-2.0-OpenSSH_10.0");

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final ToldInTraces next = new ToldInTraces();

  private SdkTracerProvider provider = provider(Sampler.alwaysOn());
  private Chronicle chronicle = new TracedChronicle(next, tracer());

  private SdkTracerProvider provider(Sampler sampler) {
    return SdkTracerProvider.builder()
        .setSampler(sampler)
        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
        .build();
  }

  private Tracer tracer() {
    return provider.get("test");
  }

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void aSessionIsTheParentOfItsTransfers() {
    chronicle.record(event("login", SESSION, Outcome.OK, null, START, ADMITTED));
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.COMPLETED, null));
    assertThat(exporter.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsOnly("upload");
    Map<String, String> ending =
        Map.of("bytesReceived", "1234", "bytesSent", "77", "reason", "suspended", "seconds", "9");
    chronicle.record(event("logout", SESSION, Outcome.OK, null, START.plusSeconds(9), ending));

    SpanData session = span("session");
    SpanData upload = span("upload");
    assertThat(session.getParentSpanContext().isValid()).isFalse();
    assertThat(session.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(session.getStartEpochNanos()).isEqualTo(nanos(START));
    assertThat(session.getEndEpochNanos()).isEqualTo(nanos(START.plusSeconds(9)));
    assertThat(session.getAttributes().asMap())
        .containsAllEntriesOf(
            Map.of(
                Names.TENANT, "acme",
                Names.ACCOUNT, "alice",
                Names.SOURCE, "203.0.113.9",
                Names.SESSION, SESSION,
                Names.CREDENTIAL, "password",
                Names.CLIENT, "SSH-2.0-OpenSSH_10.0",
                Names.RECEIVED, 1234L,
                Names.SENT, 77L,
                Names.END_REASON, "suspended"));
    assertThat(upload.getParentSpanContext()).isEqualTo(session.getSpanContext());
    assertThat(upload.getStartEpochNanos()).isEqualTo(nanos(START.plusSeconds(1)));
    assertThat(upload.getEndEpochNanos()).isEqualTo(nanos(START.plusSeconds(3)));
    assertThat(upload.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(upload.getAttributes().asMap())
        .isEqualTo(
            Attributes.builder()
                .put(Names.TENANT, "acme")
                .put(Names.ACCOUNT, "alice")
                .put(Names.SOURCE, "203.0.113.9")
                .put(Names.SESSION, SESSION)
                .put(Names.PROTOCOL, "sftp")
                .put(Names.DIRECTION, "upload")
                .put(Names.STORE, "main")
                .put(Names.PATH, "/in/a.csv")
                .put(Names.BYTES, 1000L)
                .put(Names.OUTCOME, "completed")
                .put(Names.CORRELATION_ID, "wz6k2f9q")
                .build()
                .asMap());
  }

  @Test
  void aTransferThatFailsSaysWhy() {
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.FAILED, "QUOTA_BYTES"));

    SpanData upload = span("upload");
    assertThat(upload.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(upload.getAttributes().get(Names.ERROR)).isEqualTo("QUOTA_BYTES");
    assertThat(upload.getAttributes().get(Names.OUTCOME)).isEqualTo("failed");
  }

  @Test
  void whatIsToldAfterASessionsEndIsStillBelowIt() {
    chronicle.record(event("login", SESSION, Outcome.OK, null, START, ADMITTED));
    chronicle.record(event("logout", SESSION, Outcome.OK, null, START.plusSeconds(9), Map.of()));
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.ABORTED, null));

    assertThat(span("upload").getParentSpanContext()).isEqualTo(span("session").getSpanContext());
  }

  @Test
  void aTransferOfASessionThatNobodyToldOfStandsAlone() {
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.COMPLETED, null));

    assertThat(span("upload").getParentSpanContext().isValid()).isFalse();
  }

  @Test
  void aRefusedLoginIsATraceOfItsOwn() {
    chronicle.record(
        event(
            "login", null, Outcome.REFUSED, "WRONG_PASSWORD", START, Map.of("method", "password")));

    SpanData login = span("login");
    assertThat(login.getParentSpanContext().isValid()).isFalse();
    assertThat(login.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(login.getStartEpochNanos()).isEqualTo(login.getEndEpochNanos());
    assertThat(login.getAttributes().asMap())
        .containsAllEntriesOf(
            Map.of(
                Names.OUTCOME, "refused",
                Names.ERROR, "WRONG_PASSWORD",
                Names.METHOD, "password",
                Names.CORRELATION_ID, "c0rre1at"));
  }

  @Test
  void aRefusalInASessionIsAnEventOfIt() {
    chronicle.record(event("login", SESSION, Outcome.OK, null, START, ADMITTED));
    chronicle.record(
        event(
            "remove",
            SESSION,
            Outcome.REFUSED,
            "NOT_PERMITTED",
            START.plusSeconds(2),
            Map.of("protocol", "sftp", "path", "/in/a.csv", "message", "no")));
    chronicle.record(event("logout", SESSION, Outcome.OK, null, START.plusSeconds(9), Map.of()));

    EventData refusal = assertSingle(span("session").getEvents());
    assertThat(refusal.getName()).isEqualTo("remove");
    assertThat(refusal.getEpochNanos()).isEqualTo(nanos(START.plusSeconds(2)));
    assertThat(refusal.getAttributes().asMap())
        .containsAllEntriesOf(Map.of(Names.ERROR, "NOT_PERMITTED", Names.PATH, "/in/a.csv"));
  }

  @Test
  void whatAnAdminDoesIsAnEventOfItsRequest() {
    Span request = tracer().spanBuilder("POST /api/v1/tenants").startSpan();
    try (Scope _ = request.makeCurrent()) {
      chronicle.record(event("tenant.create", null, Outcome.OK, null, START, Map.of()));
    }
    chronicle.record(event("audit.cut", null, Outcome.OK, null, START, Map.of()));
    request.end();

    assertThat(exporter.getFinishedSpanItems()).hasSize(1);
    assertThat(assertSingle(span("POST /api/v1/tenants").getEvents()).getName())
        .isEqualTo("tenant.create");
  }

  @Test
  void theLogBearsTheTraceWhileItIsWritten() {
    chronicle.record(event("login", SESSION, Outcome.OK, null, START, ADMITTED));
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.COMPLETED, null));
    chronicle.record(event("logout", SESSION, Outcome.OK, null, START, Map.of()));

    String trace = span("session").getTraceId();
    String session = span("session").getSpanId();
    String upload = span("upload").getSpanId();
    assertThat(next.seen)
        .containsExactly(trace + "/" + session, trace + "/" + upload, trace + "/" + session);
    assertThat(MDC.get("trace.id")).isNull();
    assertThat(MDC.get("span.id")).isNull();
  }

  @Test
  void spansEndWhateverBecomesOfTheLine() {
    next.full = true;
    for (AuditEvent told :
        List.of(
            event("login", SESSION, Outcome.OK, null, START, ADMITTED),
            event("remove", SESSION, Outcome.REFUSED, "READ_ONLY", START, Map.of()),
            event("logout", SESSION, Outcome.OK, null, START, Map.of()),
            event("login", null, Outcome.REFUSED, "WRONG_PASSWORD", START, Map.of()))) {
      assertThatThrownBy(() -> chronicle.record(told)).isInstanceOf(UncheckedIOException.class);
    }
    Transfer told = transfer("/in/a.csv", Transfer.Outcome.COMPLETED, null);
    assertThatThrownBy(() -> chronicle.record(told)).isInstanceOf(UncheckedIOException.class);

    assertThat(exporter.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly("session", "login", "upload");
    assertThat(span("session").getEvents()).hasSize(1);
    assertThat(MDC.get("trace.id")).isNull();
  }

  @Test
  void whatIsNotSampledIsNotInTheLogEither() {
    provider.close();
    provider = provider(Sampler.parentBased(Sampler.alwaysOff()));
    chronicle = new TracedChronicle(next, tracer());

    chronicle.record(event("login", SESSION, Outcome.OK, null, START, ADMITTED));
    chronicle.record(transfer("/in/a.csv", Transfer.Outcome.COMPLETED, null));
    chronicle.record(event("logout", SESSION, Outcome.OK, null, START, Map.of()));
    chronicle.record(transfer("/in/late.csv", Transfer.Outcome.ABORTED, null));

    assertThat(exporter.getFinishedSpanItems()).isEmpty();
    assertThat(next.seen).containsExactly("-", "-", "-", "-");
  }

  private SpanData span(String name) {
    return assertSingle(
        exporter.getFinishedSpanItems().stream().filter(s -> s.getName().equals(name)).toList());
  }

  private static <T> T assertSingle(List<T> items) {
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  private static long nanos(Instant at) {
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }

  private static AuditEvent event(
      String action,
      @Nullable String session,
      Outcome outcome,
      @Nullable String code,
      Instant at,
      Map<String, String> detail) {
    return new AuditEvent(
        UUID.randomUUID(),
        at,
        "acme",
        "alice",
        null,
        "203.0.113.9",
        session,
        action,
        outcome,
        code,
        "c0rre1at",
        detail);
  }

  private static Transfer transfer(String path, Transfer.Outcome outcome, @Nullable String code) {
    return new Transfer(
        UUID.randomUUID(),
        "acme",
        "alice",
        SESSION,
        "203.0.113.9",
        Protocol.SFTP,
        Transfer.Direction.UPLOAD,
        "main",
        path,
        1000,
        outcome,
        code,
        "wz6k2f9q",
        START.plusSeconds(1),
        START.plusSeconds(3));
  }

  /** Keeps the trace and the span that a line of the log would bear, and may be full. */
  private static final class ToldInTraces implements Chronicle {
    final List<String> seen = new ArrayList<>();
    boolean full;

    @Override
    public void record(AuditEvent event) {
      see();
    }

    @Override
    public void record(Transfer transfer) {
      see();
    }

    private void see() {
      if (full) {
        throw new UncheckedIOException(new FileSystemException("the journal is full"));
      }
      String trace = MDC.get("trace.id");
      seen.add(trace == null ? "-" : trace + "/" + MDC.get("span.id"));
    }

    @Override
    public void flush() {}
  }
}
