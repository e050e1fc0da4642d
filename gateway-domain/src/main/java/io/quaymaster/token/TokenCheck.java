package io.quaymaster.token;

import io.quaymaster.tenant.Tenant;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.springframework.transaction.support.TransactionOperations;

/** Says whose a token is. Threads: any; one database call. */
public class TokenCheck {
  /** So often is the last use of a token written at most. */
  static final Duration USE_WRITTEN_EVERY = Duration.ofMinutes(1);

  /** What the audit log calls the bearer of the bootstrap token. */
  static final String BOOTSTRAP = "bootstrap";

  /** Longer ones are nobody's, and are not even hashed. */
  public static final int MAX_LENGTH = 512;

  private final ApiTokenRepository repository;
  private final byte[] bootstrapHash;
  private final TransactionOperations transaction;
  private final Clock clock;

  TokenCheck(
      ApiTokenRepository repository,
      BootstrapToken bootstrap,
      TransactionOperations transaction,
      Clock clock) {
    this.repository = repository;
    this.bootstrapHash = TokenText.hash(bootstrap.token());
    this.transaction = transaction;
    this.clock = clock;
  }

  /** Empty for a token that is unknown, expired or revoked: which of them is nobody's business. */
  public Optional<Admin> check(String token) {
    if (token.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    byte[] hash = TokenText.hash(token);
    if (isBootstrap(hash)) {
      return Optional.of(new Admin(BOOTSTRAP, null));
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return transaction.execute(
        _ -> repository.findByHash(hash).filter(t -> t.isValid(now)).map(t -> used(t, now)));
  }

  /** Whether it is the bootstrap token, which may look like anything. */
  public boolean isBootstrap(String token) {
    return token.length() <= MAX_LENGTH && isBootstrap(TokenText.hash(token));
  }

  private boolean isBootstrap(byte[] hash) {
    return MessageDigest.isEqual(hash, bootstrapHash);
  }

  private Admin used(ApiToken token, Instant now) {
    Instant last = token.lastUsedAt();
    if (last == null || last.plus(USE_WRITTEN_EVERY).isBefore(now)) {
      repository.recordUse(token.id(), now);
    }
    Tenant tenant = token.tenant();
    return new Admin(
        token.name(),
        token.role(),
        tenant == null ? null : new Admin.OwnTenant(tenant.id(), tenant.name(), tenant.createdAt()),
        token.scopes());
  }
}
