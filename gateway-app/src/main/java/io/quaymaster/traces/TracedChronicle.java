package io.quaymaster.traces;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.transfer.Transfer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of what it passes on: one {@code session} from login to logout, below it one {@code
 * upload} or {@code download} for each transfer; a login that was refused is a trace of its own.
 * What else is told of a session, or in a request that is traced, becomes an event of its span.
 *
 * <p>Whatever is told is passed on first of all, and whether that fails changes nothing here: spans
 * begin and end all the same, so that none stays behind.
 */
final class TracedChronicle implements Chronicle {
  /**
   * Sessions that ended and are remembered: when a connection breaks, its transfers may be told
   * after its end.
   */
  private static final int MOST_ENDED = 4096;

  private static final String LOGIN = "login";
  private static final String LOGOUT = "logout";
  private static final Span NONE = Span.getInvalid();

  private final Chronicle next;
  private final Tracer tracer;

  /** As many as there are sessions. */
  private final Map<String, Span> open = new ConcurrentHashMap<>();

  private final Map<String, Span> ended =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Span> eldest) {
          return size() > MOST_ENDED;
        }
      };

  TracedChronicle(Chronicle next, Tracer tracer) {
    this.next = next;
    this.tracer = tracer;
  }

  @Override
  public void record(AuditEvent event) {
    String session = event.sessionId();
    if (session == null) {
      recordOutsideOfSessions(event);
      return;
    }
    switch (event.action()) {
      case LOGIN -> begin(session, event);
      case LOGOUT -> end(session, event);
      default -> {
        Span span = of(session);
        try (TraceInLog _ = TraceInLog.of(span)) {
          next.record(event);
        } finally {
          noteOn(span, event);
        }
      }
    }
  }

  private void begin(String session, AuditEvent event) {
    Span span =
        tracer
            .spanBuilder("session")
            .setSpanKind(SpanKind.SERVER)
            .setNoParent()
            .setStartTimestamp(event.at())
            .setAllAttributes(whoAndWhat(event).build())
            .startSpan();
    open.put(session, span);
    try (TraceInLog _ = TraceInLog.of(span)) {
      next.record(event);
    }
  }

  private void end(String session, AuditEvent event) {
    Span span = Optional.ofNullable(open.remove(session)).orElse(NONE);
    try (TraceInLog _ = TraceInLog.of(span)) {
      next.record(event);
    } finally {
      Map<String, String> detail = event.detail();
      setNumber(span, Names.RECEIVED, detail.get("bytesReceived"));
      setNumber(span, Names.SENT, detail.get("bytesSent"));
      String reason = detail.get("reason");
      if (reason != null) {
        span.setAttribute(Names.END_REASON, reason);
      }
      span.end(event.at());
      if (span.getSpanContext().isValid()) {
        synchronized (ended) {
          // The context alone, so that the span itself can go.
          ended.put(session, Span.wrap(span.getSpanContext()));
        }
      }
    }
  }

  private static void setNumber(Span span, AttributeKey<Long> key, @Nullable String number) {
    if (number != null) {
      span.setAttribute(key, Long.parseLong(number));
    }
  }

  /** A login that was refused; or something that an admin did, in the span of its request. */
  private void recordOutsideOfSessions(AuditEvent event) {
    boolean login = event.action().equals(LOGIN);
    Span span = login ? refusedLogin(event) : Span.current();
    try (TraceInLog _ = TraceInLog.of(span)) {
      next.record(event);
    } finally {
      if (login) {
        span.end(event.at());
      } else {
        noteOn(span, event);
      }
    }
  }

  private Span refusedLogin(AuditEvent event) {
    return tracer
        .spanBuilder(LOGIN)
        .setSpanKind(SpanKind.SERVER)
        .setNoParent()
        .setStartTimestamp(event.at())
        .setAllAttributes(whoAndWhat(event).build())
        .startSpan();
  }

  private Span of(String session) {
    Span span = open.get(session);
    if (span != null) {
      return span;
    }
    synchronized (ended) {
      return ended.getOrDefault(session, NONE);
    }
  }

  private static void noteOn(Span span, AuditEvent event) {
    if (span.isRecording()) {
      span.addEvent(event.action(), whoAndWhat(event).build(), event.at());
    }
  }

  private static AttributesBuilder whoAndWhat(AuditEvent event) {
    Map<String, String> detail = event.detail();
    return Attributes.builder()
        .put(Names.TENANT, event.tenant())
        .put(Names.ACCOUNT, event.account())
        .put(Names.ACTOR, event.actor())
        .put(Names.SOURCE, event.source())
        .put(Names.SESSION, event.sessionId())
        .put(Names.OUTCOME, event.outcome().wireName())
        .put(Names.ERROR, event.code())
        .put(Names.CORRELATION_ID, event.correlationId())
        .put(Names.CREDENTIAL, detail.get("credential"))
        .put(Names.CLIENT, detail.get("client"))
        .put(Names.METHOD, detail.get("method"))
        .put(Names.PROTOCOL, detail.get("protocol"))
        .put(Names.PATH, detail.get("path"));
  }

  @Override
  public void record(Transfer transfer) {
    Span span =
        tracer
            .spanBuilder(transfer.direction().wireName())
            .setParent(Context.root().with(of(transfer.sessionId())))
            .setStartTimestamp(transfer.startedAt())
            .setAllAttributes(attributes(transfer))
            .startSpan();
    try (TraceInLog _ = TraceInLog.of(span)) {
      next.record(transfer);
    } finally {
      if (transfer.outcome() != Transfer.Outcome.COMPLETED) {
        span.setStatus(StatusCode.ERROR, transfer.outcome().wireName());
      }
      span.end(transfer.endedAt());
    }
  }

  private static Attributes attributes(Transfer transfer) {
    return Attributes.builder()
        .put(Names.TENANT, transfer.tenant())
        .put(Names.ACCOUNT, transfer.account())
        .put(Names.SOURCE, transfer.source())
        .put(Names.SESSION, transfer.sessionId())
        .put(Names.PROTOCOL, transfer.protocol().wireName())
        .put(Names.DIRECTION, transfer.direction().wireName())
        .put(Names.STORE, transfer.store())
        .put(Names.PATH, transfer.path())
        .put(Names.BYTES, transfer.bytes())
        .put(Names.OUTCOME, transfer.outcome().wireName())
        .put(Names.ERROR, transfer.code())
        .put(Names.CORRELATION_ID, transfer.correlationId())
        .build();
  }

  @Override
  public void flush() {
    next.flush();
  }
}
