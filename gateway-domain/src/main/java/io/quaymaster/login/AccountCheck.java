package io.quaymaster.login;

import io.quaymaster.account.SourceRange;
import io.quaymaster.credential.AccessHours;
import io.quaymaster.login.AccountReader.Found;
import io.quaymaster.login.LoginDoor.Reason;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an account must be, whatever is proved. */
final class AccountCheck {
  private AccountCheck() {}

  static Optional<Reason> whyNot(Found account, InetAddress source, Instant now) {
    if (account.suspended()) {
      return Optional.of(Reason.SUSPENDED);
    }
    if (isPast(account.expiresAt(), now)) {
      return Optional.of(Reason.EXPIRED);
    }
    if (!SourceRange.allow(account.sources(), source)) {
      return Optional.of(Reason.SOURCE_NOT_ALLOWED);
    }
    AccessHours hours = account.hours();
    return hours == null || hours.allow(now) ? Optional.empty() : Optional.of(Reason.OUTSIDE_HOURS);
  }

  static boolean isPast(@Nullable Instant end, Instant now) {
    return end != null && !now.isBefore(end);
  }
}
