package io.quaymaster.account;

import io.quaymaster.access.SftpSettings;
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
    if (mayLess(before, after)) {
      return Change.ACCESS_NARROWED;
    }
    return Change.SETTINGS;
  }

  private static boolean mayLess(AccountSettings before, AccountSettings after) {
    return !after.home().equals(before.home())
        || !after.permissions().containsAll(before.permissions())
        || before.mounts().stream().anyMatch(was -> !isStillThere(was, after.mounts()))
        || mayLess(before.sftp(), after.sftp());
  }

  private static boolean isStillThere(MountSetting was, List<MountSetting> now) {
    return now.stream()
        .anyMatch(
            is ->
                is.path().equals(was.path())
                    && is.store().equals(was.store())
                    && is.prefix().equals(was.prefix())
                    && is.permissions().containsAll(was.permissions()));
  }

  private static boolean mayLess(SftpSettings before, SftpSettings after) {
    return (after.readOnly() && !before.readOnly())
        || SftpSettings.REQUEST_NAMES.stream()
            .anyMatch(name -> before.allowsRequest(name) && !after.allowsRequest(name));
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
