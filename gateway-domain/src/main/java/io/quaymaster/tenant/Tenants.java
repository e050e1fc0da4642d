package io.quaymaster.tenant;

import io.quaymaster.quota.QuotaLimits;
import io.quaymaster.quota.QuotaScopes;
import io.quaymaster.refusal.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What admins do with tenants. Every method is a transaction of its own. Threads: any. */
public class Tenants {
  private final TenantRepository repository;
  private final QuotaScopes scopes;
  private final JdbcClient jdbc;
  private final TransactionOperations transaction;
  private final Clock clock;

  public Tenants(
      TenantRepository repository,
      QuotaScopes scopes,
      JdbcClient jdbc,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.scopes = scopes;
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * @param name fits {@link io.quaymaster.login.LoginName#TENANT}
   * @throws Refusal.Conflict TENANT_EXISTS
   */
  public TenantDetails create(String name, TenantSettings settings) {
    try {
      return transaction.execute(
          _ -> {
            if (repository.findByName(name).isPresent()) {
              throw exists(name);
            }
            Tenant tenant = new Tenant(name, now());
            tenant.change(settings, now());
            repository.saveAndFlush(tenant);
            scopes.createForTenant(tenant.id(), settings.limits().quota());
            return details(tenant, settings.limits().quota());
          });
    } catch (DataIntegrityViolationException raced) {
      throw exists(name);
    }
  }

  public TenantDetails get(String name) {
    return transaction.execute(_ -> details(List.of(find(name))).getFirst());
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<TenantDetails> list(long afterId, int limit) {
    return transaction.execute(
        _ -> details(repository.findByIdGreaterThanOrderById(afterId, Limit.of(limit))));
  }

  /**
   * @param expectedVersion null: any
   * @throws Refusal.Stale if it is in another version
   * @throws Refusal.Conflict CONFLICT if another change came between
   */
  public TenantDetails change(
      String name, @Nullable Long expectedVersion, UnaryOperator<TenantSettings> change) {
    try {
      return transaction.execute(
          _ -> {
            Tenant tenant = find(name);
            expect(tenant, expectedVersion);
            TenantSettings settings = change.apply(details(List.of(tenant)).getFirst().settings());
            tenant.change(settings, now());
            repository.saveAndFlush(tenant);
            scopes.limitTenant(tenant.id(), settings.limits().quota());
            return details(tenant, settings.limits().quota());
          });
    } catch (OptimisticLockingFailureException raced) {
      throw new Refusal.Conflict("CONFLICT", "Someone else changed it at the same moment.");
    }
  }

  /**
   * Deletes a tenant that has nothing left, its tokens included.
   *
   * @throws Refusal.Conflict TENANT_NOT_EMPTY while it has accounts or stores
   */
  public void delete(String name, @Nullable Long expectedVersion) {
    try {
      transaction.executeWithoutResult(
          _ -> {
            Tenant tenant = find(name);
            expect(tenant, expectedVersion);
            if (has("account", tenant) || has("store", tenant)) {
              throw notEmpty();
            }
            jdbc.sql("delete from api_token where tenant_id = ?").param(tenant.id()).update();
            scopes.deleteOfTenant(tenant.id());
            repository.delete(tenant);
            repository.flush();
          });
    } catch (OptimisticLockingFailureException raced) {
      throw new Refusal.Conflict("CONFLICT", "Someone else changed it at the same moment.");
    } catch (DataIntegrityViolationException raced) {
      throw notEmpty();
    }
  }

  private boolean has(String table, Tenant tenant) {
    return jdbc.sql("select exists (select 1 from " + table + " where tenant_id = ?)")
        .param(tenant.id())
        .query(Boolean.class)
        .single();
  }

  private Tenant find(String name) {
    return repository.findByName(name).orElseThrow(() -> new Refusal.NotFound("tenant", name));
  }

  private static void expect(Tenant tenant, @Nullable Long version) {
    if (version != null && version != tenant.version()) {
      throw new Refusal.Stale(tenant.version());
    }
  }

  private List<TenantDetails> details(List<Tenant> tenants) {
    Map<Long, QuotaLimits> limits = scopes.ofTenants(tenants.stream().map(Tenant::id).toList());
    return tenants.stream()
        .map(t -> details(t, limits.getOrDefault(t.id(), QuotaLimits.NONE)))
        .toList();
  }

  private static TenantDetails details(Tenant tenant, QuotaLimits quota) {
    TenantLimits limits =
        new TenantLimits(
            quota.bytes(), quota.files(), tenant.sessionsLimit(), tenant.bytesPerSecondLimit());
    return new TenantDetails(
        tenant.id(),
        tenant.name(),
        new TenantSettings(
            tenant.displayName(), limits, tenant.authentication(), tenant.passwords()),
        tenant.createdAt(),
        tenant.updatedAt(),
        tenant.version());
  }

  /** As exact as PostgreSQL keeps it, so that what was written reads the same. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static Refusal exists(String name) {
    return new Refusal.Conflict("TENANT_EXISTS", "There is a tenant \"" + name + "\" already.");
  }

  private static Refusal notEmpty() {
    return new Refusal.Conflict(
        "TENANT_NOT_EMPTY", "The tenant has accounts or stores. Delete them first.");
  }
}
