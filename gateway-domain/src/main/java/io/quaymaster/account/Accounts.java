package io.quaymaster.account;

import static io.quaymaster.account.AccountEvent.Change.PASSWORD;
import static io.quaymaster.account.AccountEvent.Change.RESUMED;
import static io.quaymaster.account.AccountEvent.Change.SUSPENDED;

import io.quaymaster.account.AccountEvent.AccountChanged;
import io.quaymaster.account.AccountEvent.AccountDeleted;
import io.quaymaster.quota.PlaceId;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreRepository;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.tenant.TenantRepository;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What admins do with accounts. Every method is a transaction of its own; passwords are hashed
 * before it begins. Threads: any.
 */
public class Accounts {
  private final AccountRepository repository;
  private final TenantRepository tenants;
  private final StoreRepository stores;
  private final AccountPlaces places;
  private final AccountReading reading;
  private final PasswordHashes passwords;
  private final ApplicationEventPublisher events;
  private final TransactionOperations transaction;
  private final Clock clock;

  Accounts(
      AccountRepository repository,
      TenantRepository tenants,
      StoreRepository stores,
      AccountPlaces places,
      AccountReading reading,
      PasswordHashes passwords,
      ApplicationEventPublisher events,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.tenants = tenants;
    this.stores = stores;
    this.places = places;
    this.reading = reading;
    this.passwords = passwords;
    this.events = events;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * @param username fits {@link io.quaymaster.login.LoginName#USERNAME}
   * @param password null: none, only keys will let it in
   * @throws Refusal.Conflict ACCOUNT_EXISTS, PLACE_LIMIT_CONFLICT
   * @throws Refusal.Invalid if a store does not exist, or the password breaks the tenant's rules
   */
  public AccountDetails create(
      String tenant, String username, @Nullable String password, AccountSettings settings) {
    String hash = password == null ? null : passwords.hash(password);
    try {
      return transaction.execute(
          _ -> {
            Tenant owner = tenant(tenant);
            checkRules(password, username, owner);
            if (repository.findByTenantNameAndUsername(tenant, username).isPresent()) {
              throw exists(username);
            }
            Account account = new Account(owner, username, now());
            if (hash != null) {
              account.setPasswordHash(hash, now());
            }
            apply(account, settings, Set.of());
            return reading.details(account);
          });
    } catch (DataIntegrityViolationException raced) {
      throw raced("account_tenant_id_username_key", raced, () -> exists(username));
    }
  }

  public AccountDetails get(String tenant, String username) {
    return transaction.execute(_ -> reading.details(find(tenant, username)));
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<AccountDetails> list(String tenant, long afterId, int limit) {
    return transaction.execute(
        _ ->
            reading.details(
                repository.findByTenantIdAndIdGreaterThanOrderById(
                    tenant(tenant).id(), afterId, Limit.of(limit))));
  }

  /**
   * @param expectedVersion null: any
   * @param change from the settings as they stand to what they shall be; may throw a refusal
   * @throws Refusal.Stale if it is in another version
   * @throws Refusal.Conflict CONFLICT if another change came between, PLACE_LIMIT_CONFLICT
   */
  public AccountDetails change(
      String tenant,
      String username,
      @Nullable Long expectedVersion,
      PasswordChange password,
      UnaryOperator<AccountSettings> change) {
    String hash =
        password instanceof PasswordChange.Replace(String plain) ? passwords.hash(plain) : null;
    return guarded(
        () -> {
          Account account = find(tenant, username);
          expect(account, expectedVersion);
          if (password instanceof PasswordChange.Replace(String plain)) {
            checkRules(plain, username, account.tenant());
          }
          AccountSettings before = reading.details(account).settings();
          AccountSettings after = change.apply(before);
          if (!(password instanceof PasswordChange.Keep)) {
            account.setPasswordHash(hash, now());
            publish(account, PASSWORD);
          }
          apply(account, after, AccountPlaces.of(account));
          publish(account, AccountChanges.gravest(before, after, now()));
          return reading.details(account);
        });
  }

  public AccountDetails suspend(String tenant, String username) {
    return setStatus(tenant, username, AccountStatus.SUSPENDED, SUSPENDED);
  }

  public AccountDetails resume(String tenant, String username) {
    return setStatus(tenant, username, AccountStatus.ACTIVE, RESUMED);
  }

  /**
   * @throws Refusal.Invalid if the password breaks the tenant's rules, or the one before would be
   *     kept too long
   */
  public void setPassword(String tenant, String username, NewPassword password) {
    String hash = passwords.hash(password.password());
    guarded(
        () -> {
          Account account = find(tenant, username);
          checkRules(password.password(), username, account.tenant());
          Instant until = password.keepPreviousUntil();
          if (until != null && until.isAfter(now().plus(NewPassword.MAX_OVERLAP))) {
            throw FieldErrors.of(
                "keepPreviousUntil",
                "must be at most " + NewPassword.MAX_OVERLAP.toDays() + " days from now");
          }
          account.replacePassword(hash, password.expiresAt(), until, now());
          publish(account, PASSWORD);
          return account;
        });
  }

  /** Deletes an account and its keys. Its files stay; its place keeps its usage. */
  public void delete(String tenant, String username, @Nullable Long expectedVersion) {
    guarded(
        () -> {
          Account account = find(tenant, username);
          expect(account, expectedVersion);
          Set<PlaceId> seen = AccountPlaces.of(account);
          repository.delete(account);
          repository.flush();
          places.settle(account, seen, Map.of());
          events.publishEvent(new AccountDeleted(account.id()));
          return account;
        });
  }

  /** The place that an account's usage is counted in. */
  public PlaceId homePlace(String tenant, String username) {
    return transaction.execute(_ -> find(tenant, username).homePlace());
  }

  private AccountDetails setStatus(
      String tenant, String username, AccountStatus status, AccountEvent.Change change) {
    return guarded(
        () -> {
          Account account = find(tenant, username);
          if (account.status() != status) {
            account.setStatus(status, now());
            repository.saveAndFlush(account);
          }
          // Said again even if nothing changed: whoever repeats it wants the sessions gone.
          publish(account, change);
          return reading.details(account);
        });
  }

  private void apply(Account account, AccountSettings settings, Set<PlaceId> before) {
    FieldErrors errors = new FieldErrors();
    long tenantId = account.tenant().id();
    Optional<Store> home = store(tenantId, settings.home().store(), "home.store", errors);
    List<Optional<Store>> mounted =
        IntStream.range(0, settings.mounts().size())
            .mapToObj(
                i ->
                    store(
                        tenantId,
                        settings.mounts().get(i).store(),
                        "mounts[" + i + "].store",
                        errors))
            .toList();
    errors.throwIfAny();
    account.change(settings, home.orElseThrow(), now());
    // The old rows go first: two mounts that change places would meet at one path otherwise.
    account.clearMounts();
    repository.saveAndFlush(account);
    for (int i = 0; i < mounted.size(); i++) {
      account.mount(new AccountMount(settings.mounts().get(i), mounted.get(i).orElseThrow()));
    }
    repository.saveAndFlush(account);
    places.settle(account, before, AccountPlaces.wanted(account, settings));
  }

  private Optional<Store> store(long tenantId, String name, String field, FieldErrors errors) {
    Optional<Store> store = stores.findByTenantIdAndName(tenantId, name);
    errors.check(store.isPresent(), field, "the tenant has no store \"" + name + "\"");
    return store;
  }

  private static void checkRules(@Nullable String password, String username, Tenant tenant) {
    if (password != null) {
      tenant
          .passwords()
          .objection(password, username)
          .ifPresent(
              objection -> {
                throw FieldErrors.of("password", objection);
              });
    }
  }

  private void publish(Account account, AccountEvent.Change change) {
    events.publishEvent(new AccountChanged(account.id(), change));
  }

  private <T> T guarded(Supplier<T> work) {
    try {
      return transaction.execute(_ -> work.get());
    } catch (OptimisticLockingFailureException raced) {
      throw new Refusal.Conflict("CONFLICT", "Someone else changed it at the same moment.");
    }
  }

  private Account find(String tenant, String username) {
    tenant(tenant);
    return repository
        .findByTenantNameAndUsername(tenant, username)
        .orElseThrow(() -> new Refusal.NotFound("account", username));
  }

  private Tenant tenant(String name) {
    return tenants.findByName(name).orElseThrow(() -> new Refusal.NotFound("tenant", name));
  }

  private static void expect(Account account, @Nullable Long version) {
    if (version != null && version != account.version()) {
      throw new Refusal.Stale(account.version());
    }
  }

  /** As exact as PostgreSQL keeps it, so that what was written reads the same. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static RuntimeException raced(
      String constraint, DataIntegrityViolationException cause, Supplier<Refusal> refusal) {
    String message = cause.getMessage();
    return message != null && message.contains(constraint) ? refusal.get() : cause;
  }

  private static Refusal exists(String username) {
    return new Refusal.Conflict(
        "ACCOUNT_EXISTS", "There is an account \"" + username + "\" already.");
  }
}
