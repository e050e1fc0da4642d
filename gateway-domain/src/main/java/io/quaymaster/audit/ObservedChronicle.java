package io.quaymaster.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.quaymaster.transfer.Transfer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what it passes on: one line a login, one a transfer, one a refusal. */
public final class ObservedChronicle implements Chronicle {
  private static final Logger log = LoggerFactory.getLogger("io.quaymaster.audit");

  private final Chronicle next;
  private final MeterRegistry meters;

  public ObservedChronicle(Chronicle next, MeterRegistry meters) {
    this.next = next;
    this.meters = meters;
  }

  @Override
  public void record(AuditEvent event) {
    next.record(event);
    if (event.action().equals("login")) {
      count("quaymaster.logins", "Logins by how they ended", "outcome", event.outcome().wireName());
    }
    if (event.outcome() == AuditEvent.Outcome.FAILED) {
      count(
          "quaymaster.storage.errors",
          "Failures of stores and of the database that clients were told",
          "code",
          String.valueOf(event.code()),
          "tenant",
          tenant(event));
    }
    if (event.outcome() == AuditEvent.Outcome.REFUSED) {
      count(
          "quaymaster.refusals",
          "Refusals that clients were told",
          "code",
          String.valueOf(event.code()),
          "tenant",
          tenant(event));
    }
    log.info(
        "{} {} account={} source={} session={} code={} id={} {}",
        event.action(),
        event.outcome().wireName(),
        event.account() == null ? event.actor() : event.account() + "@" + event.tenant(),
        event.source(),
        event.sessionId(),
        event.code(),
        event.correlationId(),
        shown(event.detail()));
  }

  private void count(String name, String description, String... labels) {
    counter(name, description).tags(labels).register(meters).increment();
  }

  /**
   * Empty before a login succeeded: names that strangers try must not become time series. In a
   * session it is a tenant that there is.
   */
  private static String tenant(AuditEvent event) {
    return event.sessionId() == null || event.tenant() == null ? "" : event.tenant();
  }

  private static Counter.Builder counter(String name, String description) {
    return Counter.builder(name).description(description);
  }

  private static String shown(Map<String, String> detail) {
    return new TreeMap<>(detail)
        .entrySet().stream()
            .map(e -> e.getKey() + "=" + quoted(e.getValue()))
            .collect(Collectors.joining(" "));
  }

  /** So that no value can pretend to be several. */
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  @Override
  public void record(Transfer transfer) {
    next.record(transfer);
    String[] tags = {
      "tenant", transfer.tenant(),
      "direction", transfer.direction().wireName(),
      "protocol", transfer.protocol().wireName(),
      "outcome", transfer.outcome().wireName()
    };
    counter("quaymaster.transfers", "Files that were moved, by how it ended")
        .tags(tags)
        .register(meters)
        .increment();
    counter("quaymaster.transfer.bytes", "Bytes of files that were moved")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .register(meters)
        .increment((double) transfer.bytes());
    Duration took = Duration.between(transfer.startedAt(), transfer.endedAt());
    Timer.builder("quaymaster.transfer")
        .description("Time that files were open while they were moved")
        .tags(tags)
        .register(meters)
        .record(took.isNegative() ? Duration.ZERO : took);
    log.info(
        "{} {} account={}@{} source={} session={} protocol={} path={} bytes={} ms={} code={}"
            + " id={}",
        transfer.direction().wireName(),
        transfer.outcome().wireName(),
        transfer.account(),
        transfer.tenant(),
        transfer.source(),
        transfer.sessionId(),
        transfer.protocol().wireName(),
        quoted(transfer.path()),
        transfer.bytes(),
        took.toMillis(),
        transfer.code(),
        transfer.correlationId());
  }

  @Override
  public void flush() {
    next.flush();
  }
}
