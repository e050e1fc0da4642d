package io.quaymaster.audit;

import io.quaymaster.transfer.Transfer;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit log.
 *
 * @param id makes writing it again harmless
 * @param actor the admin's token, when it is not the account itself that acted
 * @param source network address
 * @param action what was tried, for example {@code login}, {@code remove}, {@code account.suspend}
 * @param code why it was refused, a name that the client saw too
 * @param correlationId what ties this line to the text the client got
 * @param detail further facts, shown text
 */
public record AuditEvent(
    UUID id,
    Instant at,
    @Nullable String tenant,
    @Nullable String account,
    @Nullable String actor,
    @Nullable String source,
    @Nullable String sessionId,
    String action,
    Outcome outcome,
    @Nullable String code,
    @Nullable String correlationId,
    Map<String, String> detail) {
  /** REFUSED: a rule said no. FAILED: something broke. */
  public enum Outcome {
    OK,
    REFUSED,
    FAILED;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public AuditEvent {
    detail = Map.copyOf(detail);
  }

  /** The same at another moment. */
  public AuditEvent at(Instant moment) {
    return new AuditEvent(
        id,
        moment,
        tenant,
        account,
        actor,
        source,
        sessionId,
        action,
        outcome,
        code,
        correlationId,
        detail);
  }

  /**
   * What the chain says of a transfer: the same id, and all that its own row has. ABORTED is a
   * failure without a code.
   */
  public static AuditEvent of(Transfer transfer) {
    boolean completed = transfer.outcome() == Transfer.Outcome.COMPLETED;
    return new AuditEvent(
        transfer.id(),
        transfer.endedAt(),
        transfer.tenant(),
        transfer.account(),
        null,
        transfer.source(),
        transfer.sessionId(),
        transfer.direction().wireName(),
        completed ? Outcome.OK : Outcome.FAILED,
        transfer.code(),
        transfer.correlationId(),
        Map.of(
            "protocol", transfer.protocol().wireName(),
            "store", transfer.store(),
            "path", transfer.path(),
            "bytes", Long.toString(transfer.bytes()),
            "outcome", transfer.outcome().wireName(),
            "startedAt", transfer.startedAt().toString()));
  }
}
