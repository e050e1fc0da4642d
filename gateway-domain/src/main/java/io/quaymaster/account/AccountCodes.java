package io.quaymaster.account;

import io.quaymaster.credential.RecoveryCode;
import io.quaymaster.credential.Totp;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.secret.SealBroken;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.secret.SecretSeal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Accounts' authenticator apps: a secret is given once, counts when a code of it was shown, and is
 * accompanied by recovery codes. Every method is a transaction of its own. Threads: any.
 */
public class AccountCodes {
  private static final String ISSUER = "Quaymaster";

  /**
   * What an admin gives to the person, and nobody sees again.
   *
   * @param secret in base32
   * @param uri for a QR code
   */
  public record Enrolment(String secret, String uri) {
    @Override
    public String toString() {
      return "Enrolment[***]";
    }
  }

  /**
   * @param confirmedAt null: it does not count yet
   * @param recoveryCodesLeft how many are not used
   */
  public record Status(Instant createdAt, @Nullable Instant confirmedAt, int recoveryCodesLeft) {}

  private record Row(SealedSecret secret, boolean confirmed) {}

  private final JdbcClient jdbc;
  private final AccountRepository accounts;
  private final SecretSeal seal;
  private final TransactionOperations transaction;
  private final Clock clock;

  AccountCodes(
      JdbcClient jdbc,
      AccountRepository accounts,
      SecretSeal seal,
      TransactionOperations transaction,
      Clock clock) {
    this.jdbc = jdbc;
    this.accounts = accounts;
    this.seal = seal;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * Makes a secret. One that was not confirmed is forgotten.
   *
   * @throws Refusal.Conflict TOTP_EXISTS if one counts
   */
  public Enrolment enrol(String tenant, String username) {
    return transaction.execute(
        _ -> {
          long id = lock(tenant, username);
          if (find(id).filter(Row::confirmed).isPresent()) {
            throw new Refusal.Conflict(
                "TOTP_EXISTS", "The account has an authenticator app. Take it away first.");
          }
          remove(id);
          Totp totp = Totp.random();
          jdbc.sql(
                  "insert into account_totp (account_id, sealed_secret, created_at) values (?, ?,"
                      + " ?)")
              .param(id)
              .param(seal.seal(totp.base32(), SealPurpose.totp(tenant, username)).bytes())
              .param(Timestamp.from(now()))
              .update();
          return new Enrolment(totp.base32(), totp.uri(ISSUER, username + "@" + tenant));
        });
  }

  /**
   * From now on codes count.
   *
   * @param code that the app shows now; it is used up
   * @return the recovery codes, which nobody sees again
   * @throws Refusal.Conflict TOTP_CONFIRMED if it counts already
   * @throws Refusal.Invalid if the code does not fit
   */
  public List<String> confirm(String tenant, String username, String code) {
    return transaction.execute(
        _ -> {
          long id = lock(tenant, username);
          Row row = find(id).orElseThrow(() -> notThere(username));
          if (row.confirmed()) {
            throw new Refusal.Conflict("TOTP_CONFIRMED", "The authenticator app counts already.");
          }
          OptionalLong step = unsealed(row, tenant, username).stepOf(code.strip(), now());
          if (step.isEmpty()) {
            throw FieldErrors.of("code", "is not what the app should show now");
          }
          jdbc.sql("update account_totp set confirmed_at = ?, last_step = ? where account_id = ?")
              .param(Timestamp.from(now()))
              .param(step.getAsLong())
              .param(id)
              .update();
          return newRecoveryCodes(id);
        });
  }

  /**
   * Makes new recovery codes; the old ones let in no more.
   *
   * @throws Refusal.Conflict TOTP_NOT_CONFIRMED
   */
  public List<String> renewRecoveryCodes(String tenant, String username) {
    return transaction.execute(
        _ -> {
          long id = lock(tenant, username);
          if (!find(id).orElseThrow(() -> notThere(username)).confirmed()) {
            throw new Refusal.Conflict(
                "TOTP_NOT_CONFIRMED", "Confirm the authenticator app first.");
          }
          return newRecoveryCodes(id);
        });
  }

  public Status status(String tenant, String username) {
    return transaction.execute(
        _ ->
            jdbc.sql(
                    """
                    select t.created_at, t.confirmed_at,
                           (select count(*) from account_recovery_code c
                             where c.account_id = t.account_id and c.used_at is null) as codes_left
                    from account_totp t where t.account_id = ?
                    """)
                .param(id(tenant, username))
                .query((row, _) -> status(row))
                .optional()
                .orElseThrow(() -> notThere(username)));
  }

  private static Status status(ResultSet row) throws SQLException {
    Timestamp confirmed = row.getTimestamp("confirmed_at");
    return new Status(
        row.getTimestamp("created_at").toInstant(),
        confirmed == null ? null : confirmed.toInstant(),
        row.getInt("codes_left"));
  }

  /** Takes the app and all codes away: who must show a code comes in no more. */
  public void delete(String tenant, String username) {
    transaction.executeWithoutResult(
        _ -> {
          if (remove(lock(tenant, username)) == 0) {
            throw notThere(username);
          }
        });
  }

  private List<String> newRecoveryCodes(long accountId) {
    jdbc.sql("delete from account_recovery_code where account_id = ?").param(accountId).update();
    List<RecoveryCode> codes =
        Stream.generate(RecoveryCode::random).limit(RecoveryCode.COUNT).toList();
    for (RecoveryCode code : codes) {
      jdbc.sql("insert into account_recovery_code (account_id, code_hash) values (?, ?)")
          .param(accountId)
          .param(code.hash())
          .update();
    }
    return codes.stream().map(RecoveryCode::shown).toList();
  }

  private int remove(long accountId) {
    return jdbc.sql("delete from account_totp where account_id = ?").param(accountId).update();
  }

  private Optional<Row> find(long accountId) {
    return jdbc.sql("select sealed_secret, confirmed_at from account_totp where account_id = ?")
        .param(accountId)
        .query(
            (row, _) ->
                new Row(
                    new SealedSecret(row.getBytes("sealed_secret")),
                    row.getTimestamp("confirmed_at") != null))
        .optional();
  }

  private Totp unsealed(Row row, String tenant, String username) {
    try {
      return Totp.ofBase32(seal.unseal(row.secret(), SealPurpose.totp(tenant, username)));
    } catch (SealBroken broken) {
      throw new IllegalStateException(broken.getMessage(), broken);
    }
  }

  private long lock(String tenant, String username) {
    long id = id(tenant, username);
    return accounts.lock(id).orElseThrow(() -> new Refusal.NotFound("account", username));
  }

  private long id(String tenant, String username) {
    return accounts
        .findByTenantNameAndUsername(tenant, username)
        .map(Account::id)
        .orElseThrow(() -> new Refusal.NotFound("account", username));
  }

  /** As exact as PostgreSQL keeps it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static Refusal notThere(String username) {
    return new Refusal.NotFound("authenticator app of account", username);
  }
}
