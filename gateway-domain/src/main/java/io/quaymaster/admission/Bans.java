package io.quaymaster.admission;

import io.quaymaster.admission.BanSubject.Account;
import io.quaymaster.admission.BanSubject.Network;
import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.token.Admin;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What admins do with bans. A tenant admin sees and lifts those of its own accounts; others read as
 * if they did not exist. Every method is a transaction of its own. Threads: any.
 */
public class Bans {
  public static final int MAX_NOTE = 200;

  /** Bans by hand that are not over. */
  public static final int MAX_BY_HAND = 10_000;

  /** Wider ones would shut out half of a continent; that is a firewall's work. */
  private static final int WIDEST_V4 = 8;

  private static final int WIDEST_V6 = 16;
  private static final Duration LONGEST = Duration.ofDays(3660);

  /** Null: any. A ban of a network is found by any network that overlaps it. */
  public record Filter(
      @Nullable SourceNetwork source, @Nullable String tenant, @Nullable String account) {}

  private final BanRows rows;
  private final BanChanges changes;
  private final TransactionOperations transaction;
  private final Clock clock;

  Bans(JdbcClient jdbc, BanChanges changes, TransactionOperations transaction, Clock clock) {
    this.rows = new BanRows(jdbc);
    this.changes = changes;
    this.transaction = transaction;
    this.clock = clock;
  }

  /** Bans that are not over, oldest first, at most {@code limit}, those with an id above. */
  public List<BanRow> list(Admin admin, Filter filter, long afterId, int limit) {
    Admin.OwnTenant own = admin.tenant();
    Filter seen = own == null ? filter : new Filter(filter.source(), own.name(), filter.account());
    return rows.list(seen, afterId, limit, clock.instant());
  }

  public BanRow get(Admin admin, long id) {
    return visible(admin, rows.find(List.of(id)).stream().findFirst(), id);
  }

  /**
   * Bans a network in all processes; one that is banned already is banned in these words, until
   * this time, from now on.
   *
   * @throws Refusal.Invalid for a network that is too wide or a time that is none
   * @throws Refusal.Conflict if there are too many
   */
  public BanRow impose(Admin admin, SourceNetwork network, String note, Instant until) {
    if (!admin.isPlatformAdmin()) {
      throw new Refusal.Forbidden("Only a platform admin may do this.");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    check(network, until, now);
    Ban ban = new Ban(new Network(network), Optional.empty(), 0, now, until);
    long id =
        transaction.execute(
            _ -> {
              if (rows.byHand(now) >= MAX_BY_HAND) {
                throw new Refusal.Conflict(
                    "TOO_MANY_BANS",
                    "There are " + MAX_BY_HAND + " bans by hand. Lift some first.");
              }
              long written = rows.writeByHand(ban, note, admin.tokenName());
              changes.announceImposed(written);
              return written;
            });
    changes.imposed(ban);
    return new BanRow(id, ban, Optional.of(note), Optional.of(admin.tokenName()));
  }

  private static void check(SourceNetwork network, Instant until, Instant now) {
    int widest = network.isV4() ? WIDEST_V4 : WIDEST_V6;
    if (network.writtenPrefixBits() < widest) {
      throw FieldErrors.of("network", "must have a prefix of " + widest + " bits or more");
    }
    if (!until.isAfter(now)) {
      throw FieldErrors.of("until", "must lie in the future");
    }
    if (until.isAfter(now.plus(LONGEST))) {
      throw FieldErrors.of("until", "must lie within ten years");
    }
  }

  /** Ends a ban in all processes, and forgives what led to it. */
  public BanRow lift(Admin admin, long id) {
    BanRow lifted =
        transaction.execute(
            _ -> {
              BanRow row = visible(admin, rows.locked(id), id);
              rows.lift(id, clock.instant().truncatedTo(ChronoUnit.MICROS));
              changes.announceLifted(row.ban().subject());
              return row;
            });
    changes.lifted(lifted.ban().subject());
    return lifted;
  }

  private BanRow visible(Admin admin, Optional<BanRow> row, long id) {
    return row.filter(r -> clock.instant().isBefore(r.ban().endsAt()))
        .filter(r -> sees(admin, r.ban().subject()))
        .orElseThrow(() -> new Refusal.NotFound("ban", Long.toString(id)));
  }

  private static boolean sees(Admin admin, BanSubject subject) {
    return switch (subject) {
      case Network _ -> admin.seesAllTenants();
      case Account(LoginName name) -> admin.sees(name.tenant());
    };
  }
}
