package io.quaymaster.accountfiles;

import io.quaymaster.access.Protocol;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Telling;
import io.quaymaster.login.Grant;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Words for the client, and a line for the audit log, each with the same correlation id. Of one
 * session at most so many lines a second are told, so that a client which keeps asking cannot fill
 * the log; the next line says how many were left out. One thread.
 */
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final int LINES_A_SECOND = 20;

  private final Chronicle chronicle;
  private final Grant grant;
  private final Clock clock;
  private long second;
  private int linesInSecond;
  private long leftOut;

  public Refusals(Chronicle chronicle, Grant grant, Clock clock) {
    this.chronicle = chronicle;
    this.grant = grant;
    this.clock = clock;
  }

  /**
   * Tells a failure.
   *
   * @param subject what it was about, shown text
   * @return for the client: a code, what is wrong and, unless it is {@link Telling#ORDINARY}, the
   *     correlation id that the audit log bears
   */
  public String tell(Protocol protocol, String operation, String subject, FileFailure failure) {
    String text = failure.kind() + ": " + failure.getMessage();
    Telling telling = failure.kind().telling();
    if (telling == Telling.ORDINARY) {
      return text;
    }
    String correlationId = CorrelationId.next();
    boolean broken = telling == Telling.BREAKDOWN;
    if (failure.getCause() != null && failure.kind() != FileFailure.Kind.LEDGER_UNAVAILABLE) {
      // Of an outage of the database the ledger tells once; here it would be told for each write.
      log.warn(
          "{} {} {} by {}: {} [{}]",
          protocol.wireName(),
          operation,
          subject,
          grant.loginName(),
          failure,
          correlationId,
          failure.getCause());
    }
    if (maySpeak()) {
      AuditEvent.Outcome outcome = broken ? AuditEvent.Outcome.FAILED : AuditEvent.Outcome.REFUSED;
      record(event(protocol, operation, subject, failure, outcome, correlationId));
    }
    return text + " [" + correlationId + "]";
  }

  /** The client gets its answer even if the journal is full. */
  private void record(AuditEvent event) {
    try {
      chronicle.record(event);
    } catch (UncheckedIOException unwritable) {
      log.error("A refusal cannot be recorded: {}", event, unwritable);
    }
  }

  private boolean maySpeak() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      linesInSecond = 0;
    }
    linesInSecond++;
    if (linesInSecond > LINES_A_SECOND) {
      leftOut++;
      return false;
    }
    return true;
  }

  private AuditEvent event(
      Protocol protocol,
      String operation,
      String subject,
      FileFailure failure,
      AuditEvent.Outcome outcome,
      String correlationId) {
    Map<String, String> detail =
        leftOut == 0
            ? Map.of(
                "protocol", protocol.wireName(), "path", subject, "message", failure.getMessage())
            : Map.of(
                "protocol",
                protocol.wireName(),
                "path",
                subject,
                "message",
                failure.getMessage(),
                "leftOut",
                Long.toString(leftOut));
    leftOut = 0;
    return new AuditEvent(
        UUID.randomUUID(),
        clock.instant(),
        grant.tenant(),
        grant.username(),
        null,
        grant.source(),
        grant.sessionId(),
        operation,
        outcome,
        failure.kind().name(),
        correlationId,
        detail);
  }
}
