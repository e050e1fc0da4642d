package io.quaymaster.account;

import io.quaymaster.account.AccountEvent.Change;
import java.time.Instant;
import java.util.List;

/** What a change of settings means to sessions that are open. */
final class AccountChanges {
  private AccountChanges() {}

  /** The gravest of what changed; {@link Change#SETTINGS} if nothing ends a session. */
  static Change gravest(AccountSettings before, AccountSettings after, Instant now) {
    Instant expiry = after.expiresAt();
    if (expiry != null && !expiry.isAfter(now)) {
      return Change.EXPIRED;
    }
    if (!after.protocols().containsAll(before.protocols())) {
      return Change.PROTOCOL_REMOVED;
    }
    if (narrowed(before.sources(), after.sources())) {
      return Change.SOURCE_REMOVED;
    }
    return Change.SETTINGS;
  }

  /** Whether an address that was allowed may not be any more; an empty list allows all. */
  private static boolean narrowed(List<SourceRange> before, List<SourceRange> after) {
    if (after.isEmpty()) {
      return false;
    }
    return before.isEmpty()
        || before.stream().anyMatch(was -> after.stream().noneMatch(is -> is.covers(was)));
  }
}
