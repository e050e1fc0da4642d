package io.quaymaster.store;

import io.quaymaster.quota.QuotaScopes;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Columns;
import io.quaymaster.store.s3.S3Place;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.tenant.TenantRepository;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What admins do with stores. Every method is a transaction of its own. Threads: any. */
public class Stores {
  /** Any number that no other advisory lock of ours has: "stor" in ASCII. */
  private static final long CREATION_LOCK = 0x73746f72L;

  private final StoreRepository repository;
  private final TenantRepository tenants;
  private final QuotaScopes scopes;
  private final StoreProvisioning provisioning;
  private final SecretSeal seal;
  private final JdbcClient jdbc;
  private final TransactionOperations transaction;
  private final Clock clock;

  public Stores(
      StoreRepository repository,
      TenantRepository tenants,
      QuotaScopes scopes,
      StoreProvisioning provisioning,
      SecretSeal seal,
      JdbcClient jdbc,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.tenants = tenants;
    this.scopes = scopes;
    this.provisioning = provisioning;
    this.seal = seal;
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * Makes a store in a folder of its own. One at a time over all gateways, because no two stores
   * may lie in each other, and no constraint of the database can say that.
   *
   * @param name fits {@link io.quaymaster.login.LoginName#TENANT}
   * @throws Refusal.Conflict STORE_EXISTS, STORE_OVERLAPS
   * @throws Refusal.Unprocessable STORE_UNUSABLE if the folder cannot be used
   */
  public Store createLocal(String tenant, String name, PlacePath path) {
    if (path.isRoot()) {
      throw FieldErrors.of("path", "must name a folder below a local root");
    }
    return transaction.execute(
        _ -> {
          lockCreation();
          Tenant owner = tenant(tenant);
          requireNew(owner, name);
          if (repository.findLocalPaths().stream().anyMatch(p -> new PlacePath(p).overlaps(path))) {
            // Not whose: it may be another tenant's.
            throw overlaps("Another store lies at, in or around this path.");
          }
          return prepared(repository.saveAndFlush(new Store(owner.id(), name, path, now())));
        });
  }

  /**
   * Makes a store in a bucket, under a prefix of its own. The server is tried before, outside of
   * any lock, so that one that does not answer holds up nobody else.
   *
   * @param name fits {@link io.quaymaster.login.LoginName#TENANT}
   * @throws Refusal.Conflict STORE_EXISTS, STORE_OVERLAPS
   * @throws Refusal.Unprocessable STORE_UNUSABLE if the bucket cannot be used, or not as claimed
   */
  public Store createS3(String tenant, String name, NewS3Store wanted) {
    transaction.executeWithoutResult(_ -> requireRoom(tenant, name, wanted.place()));
    S3Columns columns = S3Columns.of(wanted.place(), probed(wanted));
    String secret = wanted.secretAccessKey();
    @Nullable SealedSecret sealed =
        secret == null ? null : seal.seal(secret, SealPurpose.storeCredentials(tenant, name));
    return transaction.execute(
        _ -> {
          lockCreation();
          Tenant owner = requireRoom(tenant, name, wanted.place());
          return repository.saveAndFlush(new Store(owner.id(), name, columns, sealed, now()));
        });
  }

  public Store get(String tenant, String name) {
    return transaction.execute(_ -> find(tenant(tenant), name));
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<Store> list(String tenant, long afterId, int limit) {
    return transaction.execute(
        _ ->
            repository.findByTenantIdAndIdGreaterThanOrderById(
                tenant(tenant).id(), afterId, Limit.of(limit)));
  }

  /**
   * A store that can be deleted now.
   *
   * @param expectedVersion null: any
   * @throws Refusal.Conflict as of {@link #delete}
   */
  public Store deletable(String tenant, String name, @Nullable Long expectedVersion) {
    return transaction.execute(_ -> requireDeletable(tenant, name, expectedVersion));
  }

  private Store requireDeletable(String tenant, String name, @Nullable Long expectedVersion) {
    Store store = find(tenant(tenant), name);
    if (expectedVersion != null && expectedVersion != store.version()) {
      throw new Refusal.Stale(store.version());
    }
    if (isUsed(store)) {
      throw inUse("Accounts have their home in the store or mount it.");
    }
    if (scopes.hasReservationsInStore(store.id())) {
      throw inUse("Uploads into the store are still being settled. Try again in a moment.");
    }
    return store;
  }

  /**
   * Forgets a store. Its files stay where they are; what the ledger knew of them is gone.
   *
   * @param expectedVersion null: any
   * @throws Refusal.Conflict STORE_IN_USE while an account lives in it or mounts it, or uploads
   *     there are not settled
   */
  public void delete(String tenant, String name, @Nullable Long expectedVersion) {
    try {
      transaction.executeWithoutResult(
          _ -> {
            Store store = requireDeletable(tenant, name, expectedVersion);
            scopes.deleteOfStore(store.id());
            repository.delete(store);
            repository.flush();
            provisioning.released(store.id());
          });
    } catch (DataIntegrityViolationException raced) {
      throw inUse("Accounts have their home in the store or mount it.");
    }
  }

  private void lockCreation() {
    jdbc.sql("select 1 from pg_advisory_xact_lock(?)")
        .param(CREATION_LOCK)
        .query(Integer.class)
        .single();
  }

  private Tenant requireRoom(String tenant, String name, S3Place place) {
    Tenant owner = tenant(tenant);
    requireNew(owner, name);
    boolean taken =
        repository.findByBucket(place.bucket()).stream()
            .anyMatch(other -> Objects.requireNonNull(other.place()).overlaps(place));
    if (taken) {
      throw overlaps("Another store lies at, in or around this prefix of the bucket.");
    }
    return owner;
  }

  private void requireNew(Tenant owner, String name) {
    if (repository.findByTenantIdAndName(owner.id(), name).isPresent()) {
      throw new Refusal.Conflict("STORE_EXISTS", "There is a store \"" + name + "\" already.");
    }
  }

  private S3Behaviour probed(NewS3Store wanted) {
    try {
      return provisioning.probe(wanted).with(wanted.claimed());
    } catch (StoreUnusable e) {
      throw unusable(e);
    }
  }

  private Store prepared(Store store) {
    try {
      provisioning.prepare(store);
    } catch (StoreUnusable e) {
      throw unusable(e);
    }
    return store;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private boolean isUsed(Store store) {
    return jdbc.sql(
            "select exists (select 1 from account where home_store_id = :id)"
                + " or exists (select 1 from account_mount where store_id = :id)")
        .param("id", store.id())
        .query(Boolean.class)
        .single();
  }

  private Tenant tenant(String name) {
    return tenants.findByName(name).orElseThrow(() -> new Refusal.NotFound("tenant", name));
  }

  private Store find(Tenant tenant, String name) {
    return repository
        .findByTenantIdAndName(tenant.id(), name)
        .orElseThrow(() -> new Refusal.NotFound("store", name));
  }

  private static Refusal unusable(StoreUnusable why) {
    return new Refusal.Unprocessable("STORE_UNUSABLE", why.reason());
  }

  private static Refusal overlaps(String why) {
    return new Refusal.Conflict("STORE_OVERLAPS", why);
  }

  private static Refusal inUse(String why) {
    return new Refusal.Conflict("STORE_IN_USE", why);
  }
}
