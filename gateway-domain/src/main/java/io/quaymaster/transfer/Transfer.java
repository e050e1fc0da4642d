package io.quaymaster.transfer;

import io.quaymaster.access.Protocol;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One file moved one way by one session, when it is over.
 *
 * @param id makes writing it again harmless
 * @param path in the account's view, shown text
 * @param bytes that really went over the wire
 * @param code why it failed, a name that the client saw too; null if it did not
 */
public record Transfer(
    UUID id,
    String tenant,
    String account,
    String sessionId,
    String source,
    Protocol protocol,
    Direction direction,
    String store,
    String path,
    long bytes,
    Outcome outcome,
    @Nullable String code,
    String correlationId,
    Instant startedAt,
    Instant endedAt) {
  /** Seen from the client. */
  public enum Direction {
    UPLOAD,
    DOWNLOAD;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * COMPLETED: the client closed the file. ABORTED: it went away. FAILED: a read or write was
   * refused or broke.
   */
  public enum Outcome {
    COMPLETED,
    ABORTED,
    FAILED;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
