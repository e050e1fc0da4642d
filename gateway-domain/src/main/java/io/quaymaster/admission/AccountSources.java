package io.quaymaster.admission;

import io.quaymaster.login.LoginName;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * From which networks accounts came in: the table {@code account_source}. A login is remembered in
 * memory and written later, a network at most once an hour. Threads: any.
 */
public final class AccountSources {
  /** Who was away for longer comes from somewhere new. */
  static final Duration REMEMBERED = Duration.ofDays(90);

  /** Of one account; those that came in last. */
  static final int MOST_NETWORKS = 64;

  private static final Duration WRITTEN_EVERY = Duration.ofHours(1);
  private static final int MOST_WAITING = 10_000;
  private static final Logger log = LoggerFactory.getLogger(AccountSources.class);

  private static final String WRITE =
      """
      insert into account_source (account_id, network, last_success_at)
      select id, ?::cidr, ? from account where id = ?
      on conflict (account_id, network) do update set last_success_at = greatest(account_source.last_success_at, excluded.last_success_at)
      """;

  private static final String KEEP_THE_LAST =
      """
      delete from account_source s where account_id = ? and network in
        (select network from account_source where account_id = ? order by last_success_at desc offset ?)
      """;

  private static final String KNOWS =
      """
      select count(*) from account_source s join account a on a.id = s.account_id join tenant t on t.id = a.tenant_id
      where t.name = ? and a.username = ? and s.network = ?::cidr and s.last_success_at > ?
      """;

  private record Seen(long accountId, SourceNetwork network) {}

  private final JdbcClient jdbc;
  private final BanBook book;
  private final Clock clock;
  private final Map<Seen, Instant> waiting = new LinkedHashMap<>();
  private final LinkedHashMap<Seen, Instant> written = new LinkedHashMap<>();

  public AccountSources(JdbcClient jdbc, BanBook book, Clock clock) {
    this.jdbc = jdbc;
    this.book = book;
    this.clock = clock;
  }

  /** An account came in. */
  public synchronized void cameIn(long accountId, InetAddress source) {
    Seen seen = new Seen(accountId, book.block(source));
    Instant now = clock.instant();
    Instant last = written.get(seen);
    if ((last == null || last.plus(WRITTEN_EVERY).isBefore(now)) && waiting.size() < MOST_WAITING) {
      waiting.put(seen, now);
    }
  }

  /**
   * Whether an account of that name came in from there before. One query; nobody's name takes as
   * long. If the database does not answer, it did not.
   */
  public boolean knows(LoginName name, InetAddress source) {
    try {
      return jdbc.sql(KNOWS)
              .params(
                  name.tenant(),
                  name.username(),
                  book.block(source).toString(),
                  BanRows.utc(clock.instant().minus(REMEMBERED)))
              .query((row, n) -> row.getLong(1))
              .single()
          > 0;
    } catch (DataAccessException away) {
      log.warn("It cannot be looked up from where {} came in before: {}", name, away.getMessage());
      return false;
    }
  }

  /** What waits to be written. */
  synchronized List<Runnable> writes() {
    return waiting.entrySet().stream()
        .<Runnable>map(e -> () -> write(e.getKey(), e.getValue()))
        .toList();
  }

  /** That is written. */
  synchronized void forgetWritten(int count) {
    for (int i = 0; i < count && !waiting.isEmpty(); i++) {
      Map.Entry<Seen, Instant> first = waiting.entrySet().iterator().next();
      written.put(first.getKey(), first.getValue());
      waiting.remove(first.getKey());
    }
    while (written.size() > MOST_WAITING) {
      written.pollFirstEntry();
    }
  }

  private void write(Seen seen, Instant at) {
    jdbc.sql(WRITE).params(seen.network().toString(), BanRows.utc(at), seen.accountId()).update();
    jdbc.sql(KEEP_THE_LAST).params(seen.accountId(), seen.accountId(), MOST_NETWORKS).update();
  }
}
