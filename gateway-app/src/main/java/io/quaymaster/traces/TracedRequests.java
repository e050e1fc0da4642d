package io.quaymaster.traces;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.quaymaster.admin.http.RequestFrame;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A span around each request to the admin API, below the caller's if it sent one. It is named after
 * the route and not after the path, which has names in it.
 */
final class TracedRequests extends OncePerRequestFilter {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private static final int FIRST_ERROR = 500;

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  TracedRequests(Tracer tracer, TextMapPropagator propagator) {
    this.tracer = tracer;
    this.propagator = propagator;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String method = METHODS.contains(request.getMethod()) ? request.getMethod() : "_OTHER";
    Span span =
        tracer
            .spanBuilder(method)
            .setSpanKind(SpanKind.SERVER)
            .setParent(propagator.extract(Context.root(), request, Headers.INSTANCE))
            .setAttribute(Names.HTTP_METHOD, method)
            .setAttribute(Names.SOURCE, request.getRemoteAddr())
            .setAttribute(Names.CORRELATION_ID, RequestFrame.correlationId(request))
            .startSpan();
    try (Scope _ = span.makeCurrent();
        TraceInLog _ = TraceInLog.of(span)) {
      chain.doFilter(request, response);
    } finally {
      if (request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)
          instanceof String route) {
        span.updateName(method + " " + route);
        span.setAttribute(Names.HTTP_ROUTE, route);
      }
      span.setAttribute(Names.HTTP_STATUS, (long) response.getStatus());
      if (response.getStatus() >= FIRST_ERROR) {
        span.setStatus(StatusCode.ERROR);
      }
      span.end();
    }
  }

  private enum Headers implements TextMapGetter<HttpServletRequest> {
    INSTANCE;

    @Override
    public Iterable<String> keys(HttpServletRequest request) {
      return Collections.list(request.getHeaderNames());
    }

    @Override
    public @Nullable String get(@Nullable HttpServletRequest request, String name) {
      return request == null ? null : request.getHeader(name);
    }
  }
}
