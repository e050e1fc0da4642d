package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.store.s3.S3Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SimplePropertyRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stores as their rows say, for whoever opens them. */
final class StoreRows {
  /** A row. */
  sealed interface StoreRow {}

  /**
   * @param path below a local root
   */
  record Local(String path) implements StoreRow {}

  /** In a bucket. */
  record Bucket(
      long id, String tenant, String name, S3Columns columns, @Nullable SealedSecret sealedSecret)
      implements StoreRow {
    /** As people name it. */
    String label() {
      return tenant + "/" + name;
    }
  }

  private static final SimplePropertyRowMapper<S3Columns> COLUMNS =
      new SimplePropertyRowMapper<>(S3Columns.class);

  private final JdbcClient jdbc;

  StoreRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  Optional<StoreRow> find(long storeId) throws FileFailure {
    return Database.askOnce(
        () ->
            jdbc.sql(
                    "select s.*, t.name as tenant from store s join tenant t on t.id = s.tenant_id"
                        + " where s.id = ?")
                .param(storeId)
                .query(StoreRows::row)
                .optional());
  }

  private static StoreRow row(ResultSet row, int n) throws SQLException {
    String path = row.getString("path");
    byte[] sealed = row.getBytes("sealed_secret");
    return path == null
        ? new Bucket(
            row.getLong("id"),
            row.getString("tenant"),
            row.getString("name"),
            COLUMNS.mapRow(row, n),
            sealed == null ? null : new SealedSecret(sealed))
        : new Local(path);
  }

  /**
   * A bucket store to sweep.
   *
   * @param label as people name it
   */
  record Swept(long id, long tenantId, String label) {}

  List<Swept> buckets() throws FileFailure {
    return Database.askOnce(
        () ->
            jdbc.sql(
                    "select s.id, s.tenant_id, t.name || '/' || s.name as label from store s"
                        + " join tenant t on t.id = s.tenant_id where s.type = 's3' order by s.id")
                .query(
                    (row, n) ->
                        new Swept(
                            row.getLong("id"), row.getLong("tenant_id"), row.getString("label")))
                .list());
  }
}
