package io.quaymaster.admission;

import java.time.Instant;
import java.util.Optional;

/**
 * Somebody is not let in until a moment.
 *
 * @param kind what brought it about; empty: an admin did
 * @param strikes how many bans of this one are not forgiven
 */
public record Ban(
    BanSubject subject,
    Optional<PenaltyKind> kind,
    int strikes,
    Instant imposedAt,
    Instant endsAt) {
  /** As rows and REST name it. */
  public static final String BY_HAND = "manual";

  public String reason() {
    return kind.map(PenaltyKind::wireName).orElse(BY_HAND);
  }
}
