package io.quaymaster.account;

import io.quaymaster.account.AccountEvent.KeyRevoked;
import io.quaymaster.refusal.Refusal;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionOperations;

/** What admins do with accounts' keys. Every method is a transaction of its own. Threads: any. */
public class AccountKeys {
  private final AccountKeyRepository repository;
  private final AccountRepository accounts;
  private final ApplicationEventPublisher events;
  private final TransactionOperations transaction;
  private final Clock clock;

  AccountKeys(
      AccountKeyRepository repository,
      AccountRepository accounts,
      ApplicationEventPublisher events,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.accounts = accounts;
    this.events = events;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * @throws Refusal.Conflict KEY_EXISTS, TOO_MANY_KEYS
   */
  public AccountKey add(String tenant, String username, NewKey key) {
    return transaction.execute(
        _ -> {
          long accountId = accountId(tenant, username);
          if (accounts.lock(accountId).isEmpty()) {
            throw new Refusal.NotFound("account", username);
          }
          if (repository
              .findByAccountIdAndFingerprint(accountId, key.key().fingerprint())
              .isPresent()) {
            throw new Refusal.Conflict("KEY_EXISTS", "The account has this key already.");
          }
          if (repository.countByAccountId(accountId) >= AccountKey.MAX_PER_ACCOUNT) {
            throw new Refusal.Conflict(
                "TOO_MANY_KEYS",
                "An account may have " + AccountKey.MAX_PER_ACCOUNT + " keys, and has them all.");
          }
          return repository.saveAndFlush(
              new AccountKey(accountId, key, clock.instant().truncatedTo(ChronoUnit.MICROS)));
        });
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<AccountKey> list(String tenant, String username, long afterId, int limit) {
    return transaction.execute(
        _ ->
            repository.findByAccountIdAndIdGreaterThanOrderById(
                accountId(tenant, username), afterId, Limit.of(limit)));
  }

  public AccountKey get(String tenant, String username, long id) {
    return transaction.execute(_ -> find(accountId(tenant, username), id));
  }

  /** Takes a key away and ends the sessions that it let in. */
  public AccountKey delete(String tenant, String username, long id) {
    return transaction.execute(
        _ -> {
          AccountKey key = find(accountId(tenant, username), id);
          repository.delete(key);
          repository.flush();
          events.publishEvent(new KeyRevoked(key.accountId(), key.id()));
          return key;
        });
  }

  private long accountId(String tenant, String username) {
    return accounts
        .findByTenantNameAndUsername(tenant, username)
        .map(Account::id)
        .orElseThrow(() -> new Refusal.NotFound("account", username));
  }

  private AccountKey find(long accountId, long id) {
    return repository
        .findByAccountIdAndId(accountId, id)
        .orElseThrow(() -> new Refusal.NotFound("key", Long.toString(id)));
  }
}
