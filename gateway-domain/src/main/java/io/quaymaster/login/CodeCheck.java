package io.quaymaster.login;

import io.quaymaster.credential.RecoveryCode;
import io.quaymaster.credential.Totp;
import io.quaymaster.login.LoginDoor.Reason;
import io.quaymaster.secret.SealBroken;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.secret.SecretSeal;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Looks at codes of authenticator apps and at recovery codes. One that fits is used up at once, by
 * a guarded UPDATE: of two who bring the same at the same moment, one comes in.
 */
final class CodeCheck {
  /** In the half minute of a step, over all connections; a guess in a million costs weeks so. */
  static final int MAX_TRIES_PER_STEP = 5;

  private static final int MAX_TYPED = 64;

  private record Enrolled(SealedSecret secret, int tries) {}

  private final JdbcClient jdbc;
  private final SecretSeal seal;

  CodeCheck(JdbcClient jdbc, SecretSeal seal) {
    this.jdbc = jdbc;
    this.seal = seal;
  }

  /** Why a code does not fit; empty if it does, and is used up now. */
  Optional<Reason> whyNot(long accountId, LoginName name, String typed, Instant now) {
    Optional<Enrolled> enrolled = tried(accountId, now);
    if (enrolled.isEmpty()) {
      return Optional.of(Reason.NO_CODES);
    }
    if (enrolled.get().tries() > MAX_TRIES_PER_STEP) {
      return Optional.of(Reason.TOO_MANY_CODES);
    }
    String code = typed.length() > MAX_TYPED ? "" : typed.strip();
    if (Totp.isForm(code)) {
      return whyNotTotp(accountId, totp(enrolled.get().secret(), name), code, now);
    }
    return RecoveryCode.parse(code)
        .filter(recovery -> use(accountId, recovery, now))
        .map(_ -> Optional.<Reason>empty())
        .orElse(Optional.of(Reason.WRONG_CODE));
  }

  private Optional<Enrolled> tried(long accountId, Instant now) {
    return jdbc.sql(
            """
            update account_totp
               set tries = case when tries_step = :step then tries + 1 else 1 end, tries_step = :step
             where account_id = :account and confirmed_at is not null
            returning sealed_secret, tries
            """)
        .param("step", Totp.stepAt(now))
        .param("account", accountId)
        .query(
            (row, _) ->
                new Enrolled(new SealedSecret(row.getBytes("sealed_secret")), row.getInt("tries")))
        .optional();
  }

  private Totp totp(SealedSecret secret, LoginName name) {
    try {
      return Totp.ofBase32(seal.unseal(secret, SealPurpose.totp(name.tenant(), name.username())));
    } catch (SealBroken broken) {
      throw new IllegalStateException(broken.getMessage(), broken);
    }
  }

  private Optional<Reason> whyNotTotp(long accountId, Totp totp, String code, Instant now) {
    OptionalLong step = totp.stepOf(code, now);
    if (step.isEmpty()) {
      return Optional.of(Reason.WRONG_CODE);
    }
    int taken =
        jdbc.sql(
                """
                update account_totp set last_step = :step
                 where account_id = :account and (last_step is null or last_step < :step)
                """)
            .param("step", step.getAsLong())
            .param("account", accountId)
            .update();
    return taken == 1 ? Optional.empty() : Optional.of(Reason.CODE_USED_BEFORE);
  }

  private boolean use(long accountId, RecoveryCode code, Instant now) {
    return jdbc.sql(
                """
                update account_recovery_code set used_at = :now
                 where account_id = :account and code_hash = :hash and used_at is null
                """)
            .param("now", Timestamp.from(now))
            .param("account", accountId)
            .param("hash", code.hash())
            .update()
        == 1;
  }
}
