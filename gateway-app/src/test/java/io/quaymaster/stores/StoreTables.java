package io.quaymaster.stores;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.StoreKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A database with a tenant, two stores in buckets, and gateway processes. */
final class StoreTables implements AutoCloseable {
  private static final String IN_A_BUCKET =
      """
      insert into store (tenant_id, name, type, bucket, prefix, region, endpoint, path_style, credentials, encryption,
                         checksums, conditional_put, conditional_complete, conditional_copy, exact_listings,
                         created_at, version)
      values (:tenant, :name, 's3', 'b', :prefix, 'eu-central-1', 'http://127.0.0.1:1', true, 'surroundings', 'bucket',
              true, true, true, true, true, now(), 0)
      returning id
      """;

  private final TestDatabase database = TestDatabase.migrated();
  private final HikariDataSource source;
  private final long tenantId;
  private final long lake;
  private final long pond;

  StoreTables() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    config.setConnectionTimeout(1000);
    source = new HikariDataSource(config);
    tenantId =
        jdbc()
            .sql(
                "insert into tenant (name, display_name, created_at, updated_at, version)"
                    + " values ('acme', 'Acme', now(), now(), 0) returning id")
            .query((row, n) -> row.getLong(1))
            .single();
    lake = bucket("lake");
    pond = bucket("pond");
  }

  long bucket(String name) {
    return jdbc()
        .sql(IN_A_BUCKET)
        .param("tenant", tenantId)
        .param("name", name)
        .param("prefix", name + "/")
        .query((row, n) -> row.getLong(1))
        .single();
  }

  long local(String name, String path) {
    return jdbc()
        .sql(
            "insert into store (tenant_id, name, type, path, created_at, version)"
                + " values (?, ?, 'local', ?, now(), 0) returning id")
        .param(tenantId)
        .param(name)
        .param(path)
        .query((row, n) -> row.getLong(1))
        .single();
  }

  UUID process() {
    UUID id = UUID.randomUUID();
    jdbc()
        .sql("insert into gateway_process (id, started_at, heartbeat_at) values (?, now(), now())")
        .param(id)
        .update();
    return id;
  }

  /** Another gateway found it dead, and settled it. */
  void settle(UUID process) {
    jdbc().sql("delete from gateway_process where id = ?").param(process).update();
  }

  JdbcClient jdbc() {
    return JdbcClient.create(source);
  }

  PlatformTransactionManager transactions() {
    return new DataSourceTransactionManager(source);
  }

  Database asked() {
    return new Database(jdbc(), transactions(), new DatabasePatience(Duration.ZERO));
  }

  DataSource source() {
    return source;
  }

  long tenantId() {
    return tenantId;
  }

  long lake() {
    return lake;
  }

  long pond() {
    return pond;
  }

  /** The database goes away for good. */
  void takeAway() {
    source.close();
  }

  /** A key of names in any bytes, one character for each byte. */
  static StoreKey key(String byteText) {
    return byteText.isEmpty()
        ? StoreKey.ROOT
        : KeyBytes.key(byteText.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A key as a person writes it. */
  static StoreKey unicode(String text) {
    return key(ByteText.ofUnicode(text));
  }

  @Override
  public void close() {
    source.close();
    database.close();
  }
}
