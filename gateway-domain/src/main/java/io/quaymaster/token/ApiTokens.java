package io.quaymaster.token;

import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.tenant.TenantRepository;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What admins do with tokens. A tenant admin sees only the tokens of its tenant; others read as if
 * they did not exist. Every method is a transaction of its own. Threads: any.
 */
public class ApiTokens {
  public static final int MAX_NAME = 100;

  /** Live tokens in all. */
  public static final int MAX_TOKENS = 10_000;

  /** Revoked tokens are kept so long, for whoever reads the audit log. */
  static final Duration KEEP_REVOKED = Duration.ofDays(90);

  private final ApiTokenRepository repository;
  private final TenantRepository tenants;
  private final TransactionOperations transaction;
  private final Clock clock;

  ApiTokens(
      ApiTokenRepository repository,
      TenantRepository tenants,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.tenants = tenants;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * @throws Refusal.Invalid if the tenant does not exist or the time has passed
   * @throws Refusal.Forbidden if an admin asks for more than it has itself
   */
  public NewToken create(Admin admin, WantedToken wanted) {
    checkReach(admin, wanted);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Instant expiresAt = wanted.expiresAt();
    if (expiresAt != null && !expiresAt.isAfter(now)) {
      throw FieldErrors.of("expiresAt", "must lie in the future");
    }
    String text = TokenText.random();
    return transaction.execute(
        _ -> {
          String tenant = wanted.tenant();
          Tenant owner = tenant == null ? null : owner(admin, tenant);
          repository.deleteRevokedBefore(now.minus(KEEP_REVOKED));
          if (repository.countLive() >= MAX_TOKENS) {
            throw new Refusal.Conflict(
                "TOO_MANY_TOKENS", "There are " + MAX_TOKENS + " tokens. Revoke some first.");
          }
          ApiToken token = new ApiToken(wanted, TokenText.hash(text), owner, now);
          return new NewToken(repository.saveAndFlush(token), text);
        });
  }

  private static void checkReach(Admin admin, WantedToken wanted) {
    if (wanted.tenant() == null && !admin.isPlatformAdmin()) {
      throw new Refusal.Forbidden("Only a platform admin makes tokens for the whole platform.");
    }
    List<String> beyond =
        wanted.reach().stream().filter(s -> !admin.may(s)).map(Scope::wireName).sorted().toList();
    if (!beyond.isEmpty()) {
      throw new Refusal.Forbidden(
          "A token may do no more than the one that makes it, which lacks "
              + String.join(", ", beyond)
              + ".");
    }
  }

  public ApiToken get(Admin admin, long id) {
    return transaction.execute(_ -> find(admin, id));
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<ApiToken> list(Admin admin, long afterId, int limit) {
    Admin.OwnTenant own = admin.tenant();
    return transaction.execute(
        _ -> repository.findLive(own == null ? null : own.id(), afterId, Limit.of(limit)));
  }

  /** From now on the token opens nothing. */
  public ApiToken revoke(Admin admin, long id) {
    return transaction.execute(
        _ -> {
          ApiToken token = find(admin, id);
          token.revoke(clock.instant().truncatedTo(ChronoUnit.MICROS));
          return token;
        });
  }

  private Tenant owner(Admin admin, String tenant) {
    return tenants
        .findByName(tenant)
        .filter(t -> admin.sees(t.name()))
        .orElseThrow(() -> FieldErrors.of("tenant", "there is no tenant \"" + tenant + "\""));
  }

  private ApiToken find(Admin admin, long id) {
    return repository
        .findLive(id)
        .filter(token -> admin.seesAllTenants() || isOf(admin, token))
        .orElseThrow(() -> new Refusal.NotFound("token", Long.toString(id)));
  }

  private static boolean isOf(Admin admin, ApiToken token) {
    Tenant tenant = token.tenant();
    return tenant != null && admin.sees(tenant.name());
  }
}
