package io.quaymaster.audit;

import io.micrometer.core.instrument.MeterRegistry;
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
      meters.counter("quaymaster.logins", "outcome", event.outcome().wireName()).increment();
    }
    if (event.outcome() == AuditEvent.Outcome.FAILED) {
      meters.counter("quaymaster.storage.errors", "code", String.valueOf(event.code())).increment();
    }
    if (event.outcome() == AuditEvent.Outcome.REFUSED) {
      meters.counter("quaymaster.refusals", "code", String.valueOf(event.code())).increment();
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
    meters.counter("quaymaster.transfers", tags).increment();
    meters.counter("quaymaster.transfer.bytes", tags).increment((double) transfer.bytes());
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
        Duration.between(transfer.startedAt(), transfer.endedAt()).toMillis(),
        transfer.code(),
        transfer.correlationId());
  }

  @Override
  public void flush() {
    next.flush();
  }
}
