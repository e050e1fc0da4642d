package io.quaymaster.stores;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.jdbc.core.support.SqlBinaryValue;

/**
 * One store's uploads in the tables {@code upload} and {@code upload_part}. Each change takes the
 * upload's row first, by its fence, so that of two who go on with it one is told to stop.
 */
final class JdbcUploadRecords implements UploadRecords {
  /** Fewer bytes than the least part of S3. */
  static final int MAX_TAIL_BYTES = (5 << 20) - 1;

  private static final String COLUMNS =
      "id, key, target, multipart_id, fence, mode, accessed_seconds, modified_seconds, size_bytes,"
          + " completing, changed_at";

  /** Parts from the first on without a gap: those whose number is their place in the order. */
  private static final String PARTS_WITHOUT_GAP =
      """
      select number, size_bytes, etag, checksum from (
        select *, row_number() over (order by number) as place from upload_part where upload_id = :id
      ) ordered where number = place
      """;

  private static final String RECOMPUTE =
      """
      update upload set changed_at = now(), size_bytes = octet_length(tail) + (
        select coalesce(sum(size_bytes), 0) from (%s) kept)
      where id = :id
      """
          .formatted(PARTS_WITHOUT_GAP);

  private final Database database;
  private final long storeId;

  JdbcUploadRecords(Database database, long storeId) {
    this.database = database;
    this.storeId = storeId;
  }

  @Override
  public Optional<Upload> find(StoreKey key) throws FileFailure {
    return database.ask(
        () ->
            sql("select " + COLUMNS + " from upload where store_id = :store and key = :key")
                .param("key", KeyBytes.of(key))
                .query(JdbcUploadRecords::upload)
                .optional());
  }

  @Override
  public List<Upload> in(StoreKey directory) throws FileFailure {
    return database.ask(
        () ->
            sql("select "
                    + COLUMNS
                    + " from upload where store_id = :store and directory = :directory"
                    + " order by key")
                .param("directory", KeyBytes.of(directory))
                .query(JdbcUploadRecords::upload)
                .list());
  }

  @Override
  public boolean anyBelow(StoreKey directory) throws FileFailure {
    return database.ask(
        () ->
            below("select exists (select 1 from upload where store_id = :store and %s)", directory)
                .query((row, n) -> row.getBoolean(1))
                .single());
  }

  @Override
  public List<Upload> unsettled(StoreKey key) throws FileFailure {
    return database.ask(
        () ->
            below(
                    "select "
                        + COLUMNS
                        + " from upload where store_id = :store and completing"
                        + " and (key = :key or %s) order by key",
                    key)
                .param("key", KeyBytes.of(key))
                .query(JdbcUploadRecords::upload)
                .list());
  }

  @Override
  public Measure measure(StoreKey key, List<UUID> except) throws FileFailure {
    return database.ask(
        () ->
            below(
                    "select coalesce(sum(size_bytes), 0)::bigint, count(*) from upload"
                        + " where store_id = :store and (key = :key or %s)"
                        + " and not id = any(:except)",
                    key)
                .param("key", KeyBytes.of(key))
                .param("except", except.toArray(UUID[]::new))
                .query((row, n) -> new Measure(row.getLong(1), row.getLong(2), false))
                .single());
  }

  @Override
  public boolean begin(
      UUID id,
      StoreKey key,
      StoreKey target,
      @Nullable String uploadId,
      int mode,
      @Nullable Times times,
      boolean completing)
      throws FileFailure {
    return database.ask(
            () ->
                withTimes(
                        sql(
                            """
                            insert into upload (id, store_id, key, directory, target, multipart_id, mode,
                                                accessed_seconds, modified_seconds, completing)
                            values (:id, :store, :key, :directory, :target, :multipart, :mode,
                                    :accessed, :modified, :completing)
                            on conflict (store_id, key) do update set mode = excluded.mode where upload.id = excluded.id
                            """),
                        times)
                    .param("id", id)
                    .param("key", KeyBytes.of(key))
                    .param("directory", KeyBytes.of(key.parent()))
                    .param("target", KeyBytes.of(target))
                    .param("multipart", uploadId)
                    .param("mode", mode)
                    .param("completing", completing)
                    .update())
        == 1;
  }

  @Override
  public boolean started(UUID id, long fence, @Nullable String uploadId) throws FileFailure {
    return database.ask(
            () ->
                fenced("update upload set multipart_id = :multipart, changed_at = now()", id, fence)
                    .param("multipart", uploadId)
                    .update())
        == 1;
  }

  @Override
  public boolean restart(UUID id, long fence) throws FileFailure {
    return database.change(
        () -> {
          String nothing =
              "update upload set multipart_id = null, tail = '', size_bytes = 0,"
                  + " completing = false, changed_at = now()";
          if (fenced(nothing, id, fence).update() == 0) {
            return false;
          }
          dropPartsBehind(id, 0);
          return true;
        });
  }

  @Override
  public boolean addPart(UUID id, long fence, Part part, boolean withTail) throws FileFailure {
    return database.change(
        () -> {
          String tail = withTail ? "tail = ''" : "tail = tail";
          if (fenced("update upload set " + tail, id, fence).update() == 0) {
            return false;
          }
          putPart(id, part);
          recompute(id);
          return true;
        });
  }

  private void putPart(UUID id, Part part) {
    database
        .jdbc()
        .sql(
            """
            insert into upload_part (upload_id, number, size_bytes, etag, checksum)
            values (:id, :number, :size, :etag, :checksum)
            on conflict (upload_id, number)
            do update set size_bytes = excluded.size_bytes, etag = excluded.etag, checksum = excluded.checksum
            """)
        .param("id", id)
        .param("number", part.number())
        .param("size", part.sizeBytes())
        .param("etag", part.eTag())
        .param("checksum", part.checksum())
        .update();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the tail has more than {@link #MAX_TAIL_BYTES}
   */
  @Override
  public boolean keep(UUID id, long fence, int parts, Tail tail, int mode, @Nullable Times times)
      throws FileFailure {
    if (tail.length() > MAX_TAIL_BYTES) {
      throw new IllegalArgumentException("a part and no tail: " + tail.length() + " bytes");
    }
    return database.change(
        () -> {
          // The driver reads them while it sends them.
          SqlBinaryValue bytes = new SqlBinaryValue(tail.stream(), tail.length());
          StatementSpec kept =
              fenced(
                  "update upload set tail = :tail, mode = :mode, accessed_seconds = :accessed,"
                      + " modified_seconds = :modified",
                  id,
                  fence);
          if (withTimes(kept, times).param("tail", bytes).param("mode", mode).update() == 0) {
            return false;
          }
          dropPartsBehind(id, parts);
          recompute(id);
          return true;
        });
  }

  @Override
  public boolean completing(UUID id, long fence) throws FileFailure {
    return database.ask(
            () ->
                fenced("update upload set completing = true, changed_at = now()", id, fence)
                    .update())
        == 1;
  }

  /**
   * {@inheritDoc} Parts behind a gap are dropped: nobody knows what the one that is missing will
   * hold, and how long it will be.
   */
  @Override
  public Optional<Saved> takeOver(StoreKey key) throws FileFailure {
    return database.change(
        () ->
            sql("update upload set fence = fence + 1, changed_at = now()"
                    + " where store_id = :store and key = :key returning "
                    + COLUMNS
                    + ", octet_length(tail) as tail_bytes")
                .param("key", KeyBytes.of(key))
                .query((row, n) -> new Saved(upload(row, n), List.of(), row.getInt("tail_bytes")))
                .optional()
                .map(this::withParts));
  }

  private Saved withParts(Saved alone) {
    UUID id = alone.upload().id();
    List<Part> parts =
        database
            .jdbc()
            .sql(PARTS_WITHOUT_GAP + " order by number")
            .param("id", id)
            .query(JdbcUploadRecords::part)
            .list();
    dropPartsBehind(id, parts.size());
    return new Saved(alone.upload(), parts, alone.tailBytes());
  }

  @Override
  public boolean readTail(UUID id, long fence, int offset, ByteBuffer into) throws FileFailure {
    return database
        .ask(
            () ->
                sql("select substring(tail from :first for :count) from upload"
                        + " where id = :id and store_id = :store and fence = :fence")
                    .param("id", id)
                    .param("fence", fence)
                    .param("first", offset + 1)
                    .param("count", into.remaining())
                    .query((row, n) -> into.put(row.getBytes(1)))
                    .optional())
        .isPresent();
  }

  @Override
  public boolean end(UUID id, long fence) throws FileFailure {
    AtomicInteger tries = new AtomicInteger();
    return database.ask(
        () ->
            fenced("delete from upload", id, fence).update() == 1
                || (tries.getAndIncrement() > 0 && isGone(id)));
  }

  /** When it was asked for before, and nobody heard the answer. */
  private boolean isGone(UUID id) {
    return sql("select not exists (select from upload where id = :id and store_id = :store)")
        .param("id", id)
        .query(Boolean.class)
        .single();
  }

  @Override
  public void remove(UUID id) throws FileFailure {
    database.ask(
        () ->
            sql("delete from upload where id = :id and store_id = :store")
                .param("id", id)
                .update());
  }

  @Override
  public List<Upload> unchangedFor(Duration age, int limit) throws FileFailure {
    return database.ask(
        () ->
            sql("select "
                    + COLUMNS
                    + " from upload where store_id = :store"
                    + " and changed_at <= now() - make_interval(secs => :age)"
                    + " order by changed_at, id limit :limit")
                .param("age", age.toMillis() / 1000.0)
                .param("limit", limit)
                .query(JdbcUploadRecords::upload)
                .list());
  }

  @Override
  public List<String> known(List<String> uploadIds) throws FileFailure {
    return database.ask(
        () ->
            sql("select multipart_id from upload"
                    + " where store_id = :store and multipart_id = any(:ids)")
                .param("ids", uploadIds.toArray(String[]::new))
                .query((row, n) -> row.getString(1))
                .list());
  }

  private StatementSpec sql(String sql) {
    return database.jdbc().sql(sql).param("store", storeId);
  }

  /** A change of one upload, unless somebody took it over. */
  private StatementSpec fenced(String change, UUID id, long fence) {
    return sql(change + " where id = :id and store_id = :store and fence = :fence")
        .param("id", id)
        .param("fence", fence);
  }

  /** A query with the condition that {@code key} lies below a directory, where {@code %s} is. */
  private StatementSpec below(String query, StoreKey directory) {
    return directory.isRoot()
        ? sql(query.formatted("true"))
        : sql(query.formatted("(key >= :first and key < :after)"))
            .param("first", KeyBytes.firstBelow(directory))
            .param("after", KeyBytes.afterAllBelow(directory));
  }

  private static StatementSpec withTimes(StatementSpec statement, @Nullable Times times) {
    return statement
        .param("accessed", times == null ? null : times.accessedSeconds())
        .param("modified", times == null ? null : times.modifiedSeconds());
  }

  private void dropPartsBehind(UUID id, int parts) {
    database
        .jdbc()
        .sql("delete from upload_part where upload_id = ? and number > ?")
        .param(id)
        .param(parts)
        .update();
  }

  private void recompute(UUID id) {
    database.jdbc().sql(RECOMPUTE).param("id", id).update();
  }

  private static Upload upload(ResultSet row, int n) throws SQLException {
    Long accessed = row.getObject("accessed_seconds", Long.class);
    Long modified = row.getObject("modified_seconds", Long.class);
    return new Upload(
        row.getObject("id", UUID.class),
        KeyBytes.key(row.getBytes("key")),
        KeyBytes.key(row.getBytes("target")),
        row.getString("multipart_id"),
        row.getLong("fence"),
        row.getInt("mode"),
        accessed == null || modified == null ? null : new Times(accessed, modified),
        row.getLong("size_bytes"),
        row.getBoolean("completing"),
        row.getObject("changed_at", OffsetDateTime.class).toInstant());
  }

  private static Part part(ResultSet row, int n) throws SQLException {
    return new Part(
        row.getInt("number"),
        row.getLong("size_bytes"),
        row.getString("etag"),
        row.getString("checksum"));
  }
}
