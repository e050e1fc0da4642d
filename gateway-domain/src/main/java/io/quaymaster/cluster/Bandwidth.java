package io.quaymaster.cluster;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Speeds that sessions of several gateways share, each a line in which gateways take turns: the
 * table {@code bandwidth}. Whose turn it is has the whole speed, so a turn is a time and not a
 * number of bytes, and a speed that an admin changes concerns nobody here. Threads: any.
 */
public final class Bandwidth {
  /**
   * Whose speed, and which way.
   *
   * @param accountId null: the tenant's
   */
  public record Line(long tenantId, @Nullable Long accountId, Direction direction) {}

  /** Seen from the client. */
  public enum Direction {
    UP("up"),
    DOWN("down");

    private final String column;

    Direction(String column) {
      this.column = column;
    }
  }

  /**
   * A time in which a gateway has the whole speed.
   *
   * @param startsIn from now; negative: it began already
   */
  public record Turn(Duration startsIn, Duration length) {}

  /** Who took none for so long takes no part any more. */
  private static final Duration PARTICIPATION = Duration.ofSeconds(2);

  /** So long all that take part have one turn each; with many of them it takes longer. */
  private static final Duration ROUND = Duration.ofSeconds(1);

  private static final Duration SHORTEST = Duration.ofMillis(50);

  /**
   * Behind whatever is given away already; a line that has rested may begin a little before now.
   */
  private static final String TAKE =
      """
      insert into bandwidth as b (tenant_id, account_id, direction, free_at, turn, takers)
      select :tenant, :account, :direction, clock_timestamp() + make_interval(secs => :round - :burst), :round,
             jsonb_build_object(:process, extract(epoch from clock_timestamp()))
      on conflict %s
      do update set (free_at, turn, takers) = (
        select greatest(b.free_at, clock_timestamp() - make_interval(secs => :burst)) + make_interval(secs => n.turn),
               n.turn, n.takers
        from (select greatest(:round / count(*), :shortest) as turn, jsonb_object_agg(t.key, t.value) as takers
              from jsonb_each(b.takers || jsonb_build_object(:process, extract(epoch from clock_timestamp()))) t
              where t.value::float8 > extract(epoch from clock_timestamp()) - :participation) n)
      returning turn, extract(epoch from free_at - make_interval(secs => turn) - clock_timestamp()) as starts_in
      """;

  private static final String OF_TENANT =
      TAKE.formatted("(tenant_id, direction) where account_id is null");

  private static final String OF_ACCOUNT =
      TAKE.formatted("(account_id, direction) where account_id is not null");

  private final JdbcClient jdbc;
  private final UUID process;

  /**
   * @param process who takes turns
   */
  public Bandwidth(JdbcClient jdbc, UUID process) {
    this.jdbc = jdbc;
    this.process = process;
  }

  /**
   * Takes the next turn. Turns are equally long for all that take part.
   *
   * @param burst how much of a rest is made up for
   * @throws org.springframework.dao.DataAccessException if the database does not answer, or the
   *     account is gone
   */
  public Turn take(Line line, Duration burst) {
    return jdbc.sql(line.accountId() == null ? OF_TENANT : OF_ACCOUNT)
        .param("tenant", line.tenantId())
        .param("account", line.accountId())
        .param("direction", line.direction().column)
        .param("process", process.toString())
        .param("round", seconds(ROUND))
        .param("shortest", seconds(SHORTEST))
        .param("participation", seconds(PARTICIPATION))
        .param("burst", seconds(burst))
        .query(
            (row, n) ->
                new Turn(duration(row.getDouble("starts_in")), duration(row.getDouble("turn"))))
        .single();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
