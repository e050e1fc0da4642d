package io.quaymaster.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a query answers, for tests that ask with SQL. */
public final class Rows {
  private Rows() {}

  /** The first column of all rows as text; none of them is null. */
  public static List<String> texts(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(Objects.requireNonNull(rows.getString(1), sql));
      }
      return texts;
    }
  }
}
