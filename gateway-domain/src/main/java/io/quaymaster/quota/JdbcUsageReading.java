package io.quaymaster.quota;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads usage from the ledger's table. */
public class JdbcUsageReading implements UsageReading {
  private static final String COLUMNS =
      "select bytes_used, bytes_reserved, bytes_limit, files_used, files_reserved, files_limit"
          + " from quota_scope where ";

  private final JdbcClient jdbc;
  private final UsageFlush ledger;

  public JdbcUsageReading(JdbcClient jdbc, UsageFlush ledger) {
    this.jdbc = jdbc;
    this.ledger = ledger;
  }

  @Override
  public Usage ofTenant(long tenantId) {
    ledger.flush();
    return jdbc.sql(COLUMNS + "tenant_id = ? and store_id is null")
        .param(tenantId)
        .query(JdbcUsageReading::usage)
        .optional()
        .orElseThrow(() -> new IllegalStateException("no ledger row of tenant " + tenantId));
  }

  @Override
  public Usage ofPlace(PlaceId place) {
    ledger.flush();
    return jdbc.sql(COLUMNS + "store_id = ? and path = ?")
        .param(place.storeId())
        .param(place.path())
        .query(JdbcUsageReading::usage)
        .optional()
        .orElseThrow(() -> new IllegalStateException("no ledger row of " + place));
  }

  private static Usage usage(ResultSet row, int number) throws SQLException {
    return new Usage(amount(row, "bytes"), amount(row, "files"));
  }

  private static Usage.Amount amount(ResultSet row, String unit) throws SQLException {
    return new Usage.Amount(
        row.getLong(unit + "_used"), row.getLong(unit + "_reserved"), limit(row, unit + "_limit"));
  }

  static @Nullable Long limit(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Long.class);
  }
}
