package io.quaymaster.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The table {@code cluster_notice}, and which of its rows this process has heard. Ids are given
 * before the commit, so a lower one may come after a higher one: what is heard is remembered row by
 * row, as long as the row is there. Threads: {@link #insert} any, the rest one.
 */
final class KeptNotices {
  /** A row. */
  record Kept(long id, String kind, String payload) {}

  /** Rows read at once; the next look has the rest. */
  private static final int MOST_AT_ONCE = 1_000;

  /** Who else forgets them just now does as well. */
  private static final String FORGET =
      """
      delete from cluster_notice
      where id in (select id from cluster_notice where kept_until < now() for update skip locked)
      """;

  private final Set<Long> heard = new HashSet<>();

  void insert(JdbcClient jdbc, String kind, String payload, Duration keepFor) {
    jdbc.sql(
            """
            insert into cluster_notice (kind, payload, kept_until)
            values (?, ?, now() + make_interval(secs => ?))
            """)
        .params(kind, payload, keepFor.toMillis() / 1000.0)
        .update();
  }

  /** Rows that were not heard yet, which they are from now on; forgets those that are over. */
  List<Kept> unheard(Connection connection) throws SQLException {
    Set<Long> there = new HashSet<>();
    List<Long> fresh = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute(FORGET);
      try (ResultSet rows = statement.executeQuery("select id from cluster_notice order by id")) {
        while (rows.next()) {
          there.add(rows.getLong(1));
          if (!heard.contains(rows.getLong(1)) && fresh.size() < MOST_AT_ONCE) {
            fresh.add(rows.getLong(1));
          }
        }
      }
    }
    heard.retainAll(there);
    return fresh.isEmpty() ? List.of() : read(connection, fresh);
  }

  private List<Kept> read(Connection connection, List<Long> ids) throws SQLException {
    List<Kept> found = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select id, kind, payload from cluster_notice where id = any(?) order by id")) {
      statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          heard.add(rows.getLong(1));
          found.add(new Kept(rows.getLong(1), rows.getString(2), rows.getString(3)));
        }
      }
    }
    return found;
  }
}
