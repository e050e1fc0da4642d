package io.quaymaster.quota;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The rows that limits stand on, as far as admins make and change them; how much is used and
 * reserved is the ledger's alone. Every method runs in the caller's transaction. Rows are locked in
 * the order of their ids, as the ledger does.
 */
public class QuotaScopes {
  private final JdbcClient jdbc;
  private final ScopeChanges changes;

  public QuotaScopes(JdbcClient jdbc, ScopeChanges changes) {
    this.jdbc = jdbc;
    this.changes = changes;
  }

  /** A new tenant holds nothing, so there is nothing to measure. */
  public void createForTenant(long tenantId, QuotaLimits limits) {
    jdbc.sql(
            "insert into quota_scope (tenant_id, bytes_limit, files_limit, measured_at)"
                + " values (?, ?, ?, now())")
        .param(tenantId)
        .param(limits.bytes())
        .param(limits.files())
        .update();
  }

  public void limitTenant(long tenantId, QuotaLimits limits) {
    jdbc.sql(
            "update quota_scope set bytes_limit = ?, files_limit = ?"
                + " where tenant_id = ? and store_id is null returning id")
        .param(limits.bytes())
        .param(limits.files())
        .param(tenantId)
        .query((row, n) -> row.getLong(1))
        .list()
        .forEach(changes::limitChanged);
  }

  /** The limits of tenants, by tenant id. */
  public Map<Long, QuotaLimits> ofTenants(Collection<Long> tenantIds) {
    Map<Long, QuotaLimits> found = new HashMap<>();
    jdbc.sql(
            "select tenant_id, bytes_limit, files_limit from quota_scope"
                + " where store_id is null and tenant_id = any(?)")
        .param(tenantIds.toArray(Long[]::new))
        .query(
            row -> {
              found.put(
                  row.getLong("tenant_id"),
                  new QuotaLimits(
                      JdbcUsageReading.limit(row, "bytes_limit"),
                      JdbcUsageReading.limit(row, "files_limit")));
            });
    return found;
  }

  /** The limits of places that have a row. */
  public Map<PlaceId, QuotaLimits> ofPlaces(Collection<PlaceId> places) {
    Map<PlaceId, QuotaLimits> found = new HashMap<>();
    jdbc.sql(
            "select s.store_id, s.path, s.bytes_limit, s.files_limit from quota_scope s"
                + " join unnest(?::bigint[], ?::text[]) as p(store_id, path)"
                + " on s.store_id = p.store_id and s.path = p.path")
        .param(places.stream().map(PlaceId::storeId).toArray(Long[]::new))
        .param(places.stream().map(PlaceId::path).toArray(String[]::new))
        .query(
            row -> {
              found.put(
                  new PlaceId(row.getLong("store_id"), row.getString("path")),
                  new QuotaLimits(
                      JdbcUsageReading.limit(row, "bytes_limit"),
                      JdbcUsageReading.limit(row, "files_limit")));
            });
    return found;
  }

  /**
   * Makes the rows of places that have none, and locks them all until the transaction ends. The
   * ledger is told of each new one after commit.
   *
   * @return the ids, in the order in which they were locked
   */
  public Map<PlaceId, Long> ensureAndLock(long tenantId, Collection<PlaceId> places) {
    places.stream()
        .distinct()
        .sorted(Comparator.comparingLong(PlaceId::storeId).thenComparing(PlaceId::path))
        .forEach(place -> create(tenantId, place).ifPresent(this::announceAfterCommit));
    Map<PlaceId, Long> ids = new LinkedHashMap<>();
    jdbc.sql(
            "select s.id, s.store_id, s.path from quota_scope s"
                + " join unnest(?::bigint[], ?::text[]) as p(store_id, path)"
                + " on s.store_id = p.store_id and s.path = p.path"
                + " order by s.id for update of s")
        .param(places.stream().map(PlaceId::storeId).toArray(Long[]::new))
        .param(places.stream().map(PlaceId::path).toArray(String[]::new))
        .query(
            row -> {
              ids.put(
                  new PlaceId(row.getLong("store_id"), row.getString("path")), row.getLong("id"));
            });
    return ids;
  }

  /** The id of a place's row. */
  public Optional<Long> idOf(PlaceId place) {
    return jdbc.sql("select id from quota_scope where store_id = ? and path = ?")
        .param(place.storeId())
        .param(place.path())
        .query(Long.class)
        .optional();
  }

  public void limitScope(long scopeId, QuotaLimits limits) {
    jdbc.sql("update quota_scope set bytes_limit = ?, files_limit = ? where id = ?")
        .param(limits.bytes())
        .param(limits.files())
        .param(scopeId)
        .update();
    changes.limitChanged(scopeId);
  }

  /** Whether running gateways still hold something there that is not settled. */
  public boolean hasReservationsInStore(long storeId) {
    return jdbc.sql(
            "select exists (select 1 from quota_scope where store_id = ?"
                + " and (bytes_reserved > 0 or files_reserved > 0))")
        .param(storeId)
        .query(Boolean.class)
        .single();
  }

  /**
   * Forgets a store's places; their leases go with them, and the tenant no longer counts what lies
   * there. A place inside another counts once.
   */
  public void deleteOfStore(long storeId) {
    jdbc.sql(
            """
            with outermost as (
              select sum(p.bytes_used) as bytes, sum(p.files_used) as files, min(p.tenant_id) as tenant
              from quota_scope p
              where p.store_id = :store and not exists (
                select 1 from quota_scope o
                where o.store_id = p.store_id and o.id <> p.id
                  and (o.path = '' or starts_with(p.path, o.path || '/')))
            )
            update quota_scope t
            set bytes_used = greatest(0, t.bytes_used - o.bytes), files_used = greatest(0, t.files_used - o.files)
            from outermost o where t.tenant_id = o.tenant and t.store_id is null
            """)
        .param("store", storeId)
        .update();
    jdbc.sql("delete from quota_scope where store_id = ?").param(storeId).update();
  }

  /** Forgets a tenant's own row. */
  public void deleteOfTenant(long tenantId) {
    jdbc.sql("delete from quota_scope where tenant_id = ? and store_id is null")
        .param(tenantId)
        .update();
  }

  private Optional<Long> create(long tenantId, PlaceId place) {
    return jdbc.sql(
            "insert into quota_scope (tenant_id, store_id, path) values (?, ?, ?)"
                + " on conflict (store_id, path) do nothing returning id")
        .param(tenantId)
        .param(place.storeId())
        .param(place.path())
        .query(Long.class)
        .optional();
  }

  private void announceAfterCommit(long scopeId) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            changes.placeCreated(scopeId);
          }
        });
  }
}
