package io.quaymaster.admission;

import io.quaymaster.admission.BanSubject.Account;
import io.quaymaster.admission.BanSubject.Network;
import io.quaymaster.login.LoginName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code ban}. Threads: any; the caller has the transaction. */
final class BanRows {
  private static final String COLUMNS =
      "id, network::text as network, tenant, username, reason, note, actor, strikes, imposed_at,"
          + " ends_at";

  /**
   * What an admin imposed is not shortened by what happens meanwhile, and what one lifted does not
   * come back for what happened before. A row without xmax is a new one (PostgreSQL's heap: nobody
   * has locked or changed it).
   */
  private static final String UNLESS_BY_HAND =
      """
      do update set reason = excluded.reason, note = excluded.note, actor = excluded.actor, strikes = excluded.strikes,
        imposed_at = case when ban.ends_at > excluded.imposed_at then ban.imposed_at else excluded.imposed_at end,
        ends_at = greatest(ban.ends_at, excluded.ends_at)
      where (ban.reason <> 'manual' or ban.ends_at <= excluded.imposed_at)
        and (ban.lifted_at is null or ban.lifted_at < excluded.imposed_at)
      returning id, case when xmax = 0 then true else coalesce((select ends_at <= :imposed from before), false) end as began
      """;

  private static final String OF_NETWORK =
      """
      with before as (select ends_at from ban where network = :network::cidr for update)
      insert into ban (network, reason, strikes, imposed_at, ends_at)
      values (:network::cidr, :reason, :strikes, :imposed, :ends)
      on conflict (network) where network is not null
      """
          + UNLESS_BY_HAND;

  private static final String OF_ACCOUNT =
      """
      with before as (select ends_at from ban where tenant = :tenant and username = :username for update)
      insert into ban (tenant, username, reason, strikes, imposed_at, ends_at)
      values (:tenant, :username, :reason, :strikes, :imposed, :ends)
      on conflict (tenant, username) where username is not null
      """
          + UNLESS_BY_HAND;

  private static final String BY_HAND =
      """
      insert into ban (network, reason, note, actor, strikes, imposed_at, ends_at)
      values (:network::cidr, 'manual', :note, :actor, 0, :imposed, :ends)
      on conflict (network) where network is not null
      do update set reason = 'manual', note = excluded.note, actor = excluded.actor, strikes = 0,
        imposed_at = excluded.imposed_at, ends_at = excluded.ends_at
      returning id
      """;

  private static final String LIST =
      """
      select %s from ban
      where id > :after and ends_at > :now
        and (:source::inet is null or network && :source::inet)
        and (:tenant::text is null or tenant = :tenant)
        and (:account::text is null or username = :account)
      order by id limit :limit
      """
          .formatted(COLUMNS);

  /** Locked rows are somebody's who is about to change them; the next time will do. */
  private static final String DELETE =
      "delete from ban where id in (select id from ban where %s for update skip locked)";

  private final JdbcClient jdbc;

  BanRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @param began whether no ban was there before
   */
  record Written(long id, boolean began) {}

  /**
   * @return the row; empty if one that an admin imposed stands in its place, or one lifted it since
   */
  Optional<Written> write(Ban ban) {
    JdbcClient.StatementSpec statement =
        switch (ban.subject()) {
          case Network(SourceNetwork network) ->
              jdbc.sql(OF_NETWORK).param("network", network.toString());
          case Account(LoginName name) ->
              jdbc.sql(OF_ACCOUNT)
                  .param("tenant", name.tenant())
                  .param("username", name.username());
        };
    return statement
        .param("reason", ban.reason())
        .param("strikes", ban.strikes())
        .param("imposed", utc(ban.imposedAt()))
        .param("ends", utc(ban.endsAt()))
        .query((row, n) -> new Written(row.getLong("id"), row.getBoolean("began")))
        .optional();
  }

  long writeByHand(Ban ban, String note, String actor) {
    return jdbc.sql(BY_HAND)
        .param("network", ban.subject().toString())
        .param("note", note)
        .param("actor", actor)
        .param("imposed", utc(ban.imposedAt()))
        .param("ends", utc(ban.endsAt()))
        .query((row, n) -> row.getLong(1))
        .single();
  }

  List<BanRow> list(Bans.Filter filter, long after, int limit, Instant now) {
    return jdbc.sql(LIST)
        .param("after", after)
        .param("now", utc(now))
        .param("source", filter.source() == null ? null : filter.source().toString())
        .param("tenant", filter.tenant())
        .param("account", filter.account())
        .param("limit", limit)
        .query((row, n) -> row(row))
        .list();
  }

  List<BanRow> find(Collection<Long> ids) {
    return jdbc.sql("select " + COLUMNS + " from ban where id = any(:ids)")
        .param("ids", ids.toArray(Long[]::new))
        .query((row, n) -> row(row))
        .list();
  }

  /** The longest of them, if there are more. */
  List<BanRow> live(Instant now, int most) {
    return jdbc.sql(
            "select " + COLUMNS + " from ban where ends_at > ? order by ends_at desc limit ?")
        .params(utc(now), most)
        .query((row, n) -> row(row))
        .list();
  }

  Optional<BanRow> locked(long id) {
    return jdbc.sql("select " + COLUMNS + " from ban where id = ? for update")
        .param(id)
        .query((row, n) -> row(row))
        .optional();
  }

  /** It is over; {@link #prune} removes the row. */
  void lift(long id, Instant at) {
    jdbc.sql("update ban set lifted_at = :at, ends_at = :at where id = :id")
        .param("at", utc(at))
        .param("id", id)
        .update();
  }

  long byHand(Instant now) {
    return jdbc.sql("select count(*) from ban where reason = 'manual' and ends_at > ?")
        .param(utc(now))
        .query((row, n) -> row.getLong(1))
        .single();
  }

  /** Forgets what was over at a moment, and of the others' bans those that end first. */
  void prune(Instant overAt, int most) {
    jdbc.sql(DELETE.formatted("ends_at < ?")).param(utc(overAt)).update();
    jdbc.sql(DELETE.formatted("reason <> 'manual' order by ends_at desc offset ?"))
        .param(most)
        .update();
  }

  private static BanRow row(ResultSet row) throws SQLException {
    String reason = row.getString("reason");
    Ban ban =
        new Ban(
            subject(row.getString("network"), row.getString("tenant"), row.getString("username")),
            reason.equals(Ban.BY_HAND)
                ? Optional.empty()
                : Optional.of(PenaltyKind.ofWireName(reason)),
            row.getInt("strikes"),
            row.getObject("imposed_at", OffsetDateTime.class).toInstant(),
            row.getObject("ends_at", OffsetDateTime.class).toInstant());
    return new BanRow(
        row.getLong("id"),
        ban,
        Optional.ofNullable(row.getString("note")),
        Optional.ofNullable(row.getString("actor")));
  }

  private static BanSubject subject(
      @Nullable String network, @Nullable String tenant, @Nullable String username) {
    return network == null
        ? new Account(
            new LoginName(Objects.requireNonNull(username), Objects.requireNonNull(tenant)))
        : new Network(SourceNetwork.parse(network));
  }

  static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
