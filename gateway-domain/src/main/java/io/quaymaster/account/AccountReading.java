package io.quaymaster.account;

import io.quaymaster.quota.PlaceId;
import io.quaymaster.quota.QuotaLimits;
import io.quaymaster.quota.QuotaScopes;
import java.util.List;
import java.util.Map;

/** Puts an account together from its row and the limits of its places. */
class AccountReading {
  private final QuotaScopes scopes;

  AccountReading(QuotaScopes scopes) {
    this.scopes = scopes;
  }

  AccountDetails details(Account account) {
    return details(List.of(account)).getFirst();
  }

  /** One query for the limits of all of them. */
  List<AccountDetails> details(List<Account> accounts) {
    Map<PlaceId, QuotaLimits> limits =
        scopes.ofPlaces(
            accounts.stream().flatMap(a -> AccountPlaces.of(a).stream()).distinct().toList());
    return accounts.stream().map(account -> details(account, limits)).toList();
  }

  private static AccountDetails details(Account account, Map<PlaceId, QuotaLimits> limits) {
    return new AccountDetails(
        account.id(),
        account.tenant().name(),
        account.username(),
        account.status(),
        settings(account, limits),
        account.passwordHash() != null,
        account.passwordChangedAt(),
        account.passwordExpiresAt(),
        account.previousPasswordUntil(),
        account.createdAt(),
        account.updatedAt(),
        account.lastLoginAt(),
        account.version());
  }

  private static AccountSettings settings(Account account, Map<PlaceId, QuotaLimits> limits) {
    QuotaLimits home = limits.getOrDefault(account.homePlace(), QuotaLimits.NONE);
    return new AccountSettings(
        new HomeSetting(account.homeStore().name(), account.homePath()),
        account.mounts().stream()
            .map(m -> mount(m, limits.getOrDefault(m.place(), QuotaLimits.NONE)))
            .toList(),
        new AccountLimits(
            home.bytes(),
            home.files(),
            account.sessionsLimit(),
            account.bytesPerSecondLimit(),
            account.maxFileBytes()),
        account.permissions(),
        account.protocols(),
        account.sources(),
        account.expiresAt(),
        account.publish(),
        account.sftp(),
        account.authentication());
  }

  private static MountSetting mount(AccountMount mount, QuotaLimits limits) {
    return new MountSetting(
        mount.path(), mount.store().name(), mount.prefix(), mount.permissions(), limits);
  }
}
