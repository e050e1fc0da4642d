package io.quaymaster.traces;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that the collector does not take spans, and once that it does again; the exporter's own
 * lines, one for each attempt, are switched off in application.yaml. Threads: any.
 */
final class OutageTeller implements SpanExporter {
  private static final Logger log = LoggerFactory.getLogger(OutageTeller.class);

  private final SpanExporter exporter;
  private final AtomicBoolean outage = new AtomicBoolean();
  private final AtomicLong lost = new AtomicLong();

  OutageTeller(SpanExporter exporter) {
    this.exporter = exporter;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(() -> note(result, count));
    return result;
  }

  private void note(CompletableResultCode result, int spans) {
    if (!result.isSuccess()) {
      lost.addAndGet(spans);
      if (outage.compareAndSet(false, true)) {
        log.warn(
            "The OpenTelemetry collector takes no spans: {}. They are lost until it does; nothing"
                + " else is concerned.",
            reason(result.getFailureThrowable()));
      }
    } else if (outage.compareAndSet(true, false)) {
      log.info("The OpenTelemetry collector takes spans again; {} were lost", lost.getAndSet(0));
    }
  }

  private static String reason(@Nullable Throwable failure) {
    Throwable root = failure;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? "no reason is known" : root.toString();
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }

  @Override
  public String toString() {
    return exporter.toString();
  }
}
