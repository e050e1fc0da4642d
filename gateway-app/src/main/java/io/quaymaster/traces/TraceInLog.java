package io.quaymaster.traces;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import org.slf4j.MDC;

/** While it is open, lines that its thread logs as JSON bear the trace and the span. */
final class TraceInLog implements AutoCloseable {
  /** As the Elastic Common Schema calls them. */
  private static final String TRACE = "trace.id";

  private static final String SPAN = "span.id";

  private static final TraceInLog NOTHING = new TraceInLog();

  private TraceInLog() {}

  static TraceInLog of(Span span) {
    SpanContext context = span.getSpanContext();
    if (!context.isSampled()) {
      return NOTHING;
    }
    MDC.put(TRACE, context.getTraceId());
    MDC.put(SPAN, context.getSpanId());
    return new TraceInLog();
  }

  @Override
  public void close() {
    if (this != NOTHING) {
      MDC.remove(TRACE);
      MDC.remove(SPAN);
    }
  }
}
