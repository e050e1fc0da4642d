package io.quaymaster.account;

import io.quaymaster.quota.PlaceId;
import io.quaymaster.quota.QuotaLimits;
import io.quaymaster.quota.QuotaScopes;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The limits of the places that accounts see. A place belongs to all accounts that live in it or
 * mount it: they show the same limits, and whoever changes them changes them for all.
 *
 * <ul>
 *   <li>Coming to a place that others see: no limits means theirs; other limits are a conflict.
 *   <li>Coming to a place that nobody sees: its limits become the given ones.
 *   <li>Leaving a place as the last: its row stays, because the ledger knows from it what lies
 *       there, but its limits go, because nobody could see or change them any more.
 * </ul>
 */
class AccountPlaces {
  private final QuotaScopes scopes;
  private final AccountRepository accounts;

  AccountPlaces(QuotaScopes scopes, AccountRepository accounts) {
    this.scopes = scopes;
    this.accounts = accounts;
  }

  /** The places that an account sees now. */
  static Set<PlaceId> of(Account account) {
    Set<PlaceId> places = new LinkedHashSet<>();
    places.add(account.homePlace());
    account.mounts().forEach(mount -> places.add(mount.place()));
    return places;
  }

  /** The limits that the settings ask for, by place. */
  static Map<PlaceId, QuotaLimits> wanted(Account account, AccountSettings settings) {
    Map<PlaceId, QuotaLimits> wanted = new LinkedHashMap<>();
    wanted.put(account.homePlace(), settings.limits().quota());
    for (int i = 0; i < settings.mounts().size(); i++) {
      QuotaLimits limits = settings.mounts().get(i).limits();
      QuotaLimits other = wanted.putIfAbsent(account.mounts().get(i).place(), limits);
      if (other != null && !limits.isNone() && !limits.equals(other)) {
        throw FieldErrors.of(
            "mounts[" + i + "].limits", "differs from the limits given for the same place before");
      }
    }
    return wanted;
  }

  /**
   * Brings the ledger's rows to what the settings ask for. The account is stored already.
   *
   * @param before the places that it saw before; empty for a new account
   */
  void settle(Account account, Set<PlaceId> before, Map<PlaceId, QuotaLimits> wanted) {
    Set<PlaceId> all = new HashSet<>(before);
    all.addAll(wanted.keySet());
    Map<PlaceId, Long> ids = scopes.ensureAndLock(account.tenant().id(), all);
    Map<PlaceId, QuotaLimits> current = scopes.ofPlaces(all);
    ids.forEach(
        (place, scopeId) -> {
          QuotaLimits now = current.getOrDefault(place, QuotaLimits.NONE);
          QuotaLimits next = next(account, place, before, wanted, now);
          if (!next.equals(now)) {
            scopes.limitScope(scopeId, next);
            accounts.touchOthersAt(account.id(), place.storeId(), place.path());
          }
        });
  }

  private QuotaLimits next(
      Account account,
      PlaceId place,
      Set<PlaceId> before,
      Map<PlaceId, QuotaLimits> wanted,
      QuotaLimits now) {
    QuotaLimits asked = wanted.get(place);
    boolean shared = accounts.othersAt(account.id(), place.storeId(), place.path());
    if (asked == null) {
      return shared ? now : QuotaLimits.NONE;
    }
    if (before.contains(place) || !shared) {
      return asked;
    }
    if (!asked.isNone() && !asked.equals(now)) {
      throw new Refusal.Conflict(
          "PLACE_LIMIT_CONFLICT",
          "Other accounts share this place (\"%s\") under other limits: bytes %s, files %s. Leave the limits away to share them."
              .formatted(place.path(), now.bytes(), now.files()));
    }
    return now;
  }
}
