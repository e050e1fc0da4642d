package io.quaymaster.quota;

import io.quaymaster.files.StoreKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger's scopes in PostgreSQL, and what this process holds of them. */
final class LedgerTable {
  /**
   * A row of {@code quota_scope}.
   *
   * @param storeId null for the tenant's own scope
   * @param key the place's key in its store; null for the tenant's own scope
   */
  record ScopeRow(long id, long tenantId, @Nullable Long storeId, @Nullable StoreKey key) {
    boolean isTenant() {
      return storeId == null;
    }
  }

  /** Used, reserved and limits of a scope, as committed. */
  record Balance(
      Amount used, Amount reserved, @Nullable Long bytesLimit, @Nullable Long filesLimit) {}

  /**
   * The guarded update. Grants between what is needed and what is wanted: never more than a quarter
   * of what is left, so that the blocks of many processes shrink as the limit comes near, and then
   * exactly what is needed. The lease of this process grows in the same statement.
   */
  private static final String GRANT =
      """
      with free as (
        select id,
               coalesce(bytes_limit, 9223372036854775807) - bytes_used - bytes_reserved as bytes,
               coalesce(files_limit, 9223372036854775807) - files_used - files_reserved as files
        from quota_scope where id = :scope for update
      ), granted as (
        update quota_scope s
        set bytes_reserved = s.bytes_reserved + greatest(:needBytes, least(:wantBytes, free.bytes / 4)),
            files_reserved = s.files_reserved + greatest(:needFiles, least(:wantFiles, free.files / 4))
        from free
        where s.id = free.id
          and (:needBytes = 0 or free.bytes >= :needBytes)
          and (:needFiles = 0 or free.files >= :needFiles)
        returning greatest(:needBytes, least(:wantBytes, free.bytes / 4)) as bytes,
                  greatest(:needFiles, least(:wantFiles, free.files / 4)) as files
      )
      insert into quota_lease (scope_id, process_id, bytes, files)
      select :scope, :process, bytes, files from granted
      on conflict (scope_id, process_id)
      do update set bytes = quota_lease.bytes + excluded.bytes, files = quota_lease.files + excluded.files
      returning (select bytes from granted) as bytes, (select files from granted) as files
      """;

  private final JdbcClient jdbc;
  private final UUID process;

  LedgerTable(JdbcClient jdbc, UUID process) {
    this.jdbc = jdbc;
    this.process = process;
  }

  /**
   * Grants a lease.
   *
   * @param need the least that helps
   * @param want at least {@code need} in both
   * @return what was granted; empty if even {@code need} does not fit
   */
  Optional<Amount> grant(long scope, Amount need, Amount want) {
    return jdbc.sql(GRANT)
        .param("scope", scope)
        .param("process", process)
        .param("needBytes", need.bytes())
        .param("needFiles", need.files())
        .param("wantBytes", want.bytes())
        .param("wantFiles", want.files())
        .query((row, n) -> new Amount(row.getLong("bytes"), row.getLong("files")))
        .optional();
  }

  /** What the database says this process holds. */
  Amount lease(long scope) {
    return jdbc.sql("select bytes, files from quota_lease where scope_id = ? and process_id = ?")
        .param(scope)
        .param(process)
        .query((row, n) -> new Amount(row.getLong("bytes"), row.getLong("files")))
        .optional()
        .orElse(Amount.NONE);
  }

  Balance balance(long scope) {
    return jdbc.sql(
            "select bytes_used, files_used, bytes_reserved, files_reserved, bytes_limit,"
                + " files_limit from quota_scope where id = ?")
        .param(scope)
        .query(
            (row, n) ->
                new Balance(
                    new Amount(row.getLong("bytes_used"), row.getLong("files_used")),
                    new Amount(row.getLong("bytes_reserved"), row.getLong("files_reserved")),
                    row.getObject("bytes_limit", Long.class),
                    row.getObject("files_limit", Long.class)))
        .single();
  }

  /**
   * Settles one scope: {@code used} changes, the spent and the returned part of the lease go.
   *
   * @return what could not be taken from {@code used} because it would have become negative: what
   *     is gone was written by a process that has not settled yet, or behind the gateway's back
   */
  Amount settle(long scope, Amount usedChange, Amount leaseGone) {
    Optional<Amount> found =
        jdbc.sql("select bytes_used, files_used from quota_scope where id = ? for update")
            .param(scope)
            .query((row, n) -> new Amount(row.getLong(1), row.getLong(2)))
            .optional();
    if (found.isEmpty()) {
      // An admin removed the place, and its lease with it.
      return Amount.NONE;
    }
    Amount before = found.get();
    Amount after = before.plus(usedChange).atLeastNone();
    jdbc.sql(
            """
            update quota_scope set bytes_used = ?, files_used = ?,
                bytes_reserved = bytes_reserved - ?, files_reserved = files_reserved - ?
            where id = ?
            """)
        .param(after.bytes())
        .param(after.files())
        .param(leaseGone.bytes())
        .param(leaseGone.files())
        .param(scope)
        .update();
    if (!leaseGone.isNone()) {
      takeFromLease(scope, leaseGone);
    }
    return usedChange.minus(after.minus(before));
  }

  private void takeFromLease(long scope, Amount gone) {
    int rows =
        jdbc.sql(
                "update quota_lease set bytes = bytes - ?, files = files - ? where scope_id = ? and"
                    + " process_id = ?")
            .param(gone.bytes())
            .param(gone.files())
            .param(scope)
            .param(process)
            .update();
    if (rows != 1) {
      throw new ProcessForgotten();
    }
  }

  /** Corrects {@code used} by a difference that a count found. */
  void correct(long scope, Amount difference) {
    jdbc.sql(
            """
            update quota_scope
            set bytes_used = greatest(0, bytes_used + ?), files_used = greatest(0, files_used + ?), measured_at = now()
            where id = ?
            """)
        .param(difference.bytes())
        .param(difference.files())
        .param(scope)
        .update();
  }

  Optional<ScopeRow> scope(long id) {
    return jdbc.sql("select id, tenant_id, store_id, path from quota_scope where id = ?")
        .param(id)
        .query((row, n) -> scopeRow(row))
        .optional();
  }

  ScopeRow tenantScope(long tenantId) {
    return jdbc.sql(
            "select id, tenant_id, store_id, path from quota_scope where tenant_id = ? and store_id"
                + " is null")
        .param(tenantId)
        .query((row, n) -> scopeRow(row))
        .single();
  }

  /**
   * All places of a store that lie on the way to a key, are it, or lie below it; outermost first.
   */
  List<ScopeRow> placesAround(long storeId, StoreKey key) {
    // Beneath "a" lies what begins with "a/", that is, what sorts from there to before "a0". Both
    // halves go by the index: a store can have a million places.
    String text = KeyText.toColumn(key);
    String below = key.isRoot() ? "true" : "path >= :from and path < :to";
    return jdbc.sql(
            """
            select id, tenant_id, store_id, path from quota_scope
            where store_id = :store and (path in (:above) or %s)
            order by length(path), id
            """
                .formatted(below))
        .param("store", storeId)
        .param("above", KeyText.lineage(key))
        .param("from", text + "/")
        .param("to", text + "0")
        .query((row, n) -> scopeRow(row))
        .list();
  }

  /**
   * Locks scopes in the order of their ids, as everybody does, before they are changed in another
   * order. Inside a transaction of the caller.
   */
  void lock(List<Long> scopes) {
    if (!scopes.isEmpty()) {
      jdbc.sql("select id from quota_scope where id in (:scopes) order by id for no key update")
          .param("scopes", scopes)
          .query(Long.class)
          .list();
    }
  }

  /** Whether a place was counted since it was made. */
  boolean isMeasured(long scope) {
    return jdbc.sql("select measured_at is not null from quota_scope where id = ?")
        .param(scope)
        .query(Boolean.class)
        .single();
  }

  /** Places that were never counted, or are being counted for the first time now. */
  List<Long> unmeasuredPlaces() {
    return jdbc.sql(
            "select id from quota_scope where measured_at is null and store_id is not null order by"
                + " id")
        .query((row, n) -> row.getLong(1))
        .list();
  }

  static ScopeRow scopeRow(ResultSet row) throws SQLException {
    String path = row.getString("path");
    return new ScopeRow(
        row.getLong("id"),
        row.getLong("tenant_id"),
        row.getObject("store_id", Long.class),
        path == null ? null : StoreKey.ofPlace(path));
  }
}
