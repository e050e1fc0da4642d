package io.quaymaster.login;

import io.quaymaster.account.SourceRange;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.AccountReader.Found;
import io.quaymaster.login.AccountReader.Mounted;
import io.quaymaster.login.Grant.CredentialUsed;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The one door. Looking at a password or a key ({@link #password}, {@link #key}) answers yes or no
 * and records nothing, because a key is looked at before its signature is checked, and maybe never
 * signed with. Only {@link #admit}, which is called when the protocol has accepted the proof, makes
 * a {@link Grant}.
 *
 * <p>An account that is unknown, suspended, expired or not allowed from there is refused like a
 * wrong password: the same answer after the same work. An exception is a refusal. Threads: any;
 * calls wait for the database and for a turn to hash.
 */
public final class LoginDoor {
  private static final Logger log = LoggerFactory.getLogger(LoginDoor.class);
  private static final int SESSION_ID_BYTES = 16;

  /** Longer ones are nobody's, and would cost. */
  private static final int MAX_PASSWORD_CHARACTERS = 1024;

  /** Why a proof was not accepted, for the audit log and never for the client. */
  public enum Reason {
    NOT_A_LOGIN_NAME,
    UNKNOWN_ACCOUNT,
    WRONG_PASSWORD,
    UNKNOWN_KEY,
    KEY_EXPIRED,
    SUSPENDED,
    EXPIRED,
    SOURCE_NOT_ALLOWED,
    /** The account or its tenant has all the sessions that it may have. */
    SESSION_LIMIT,
    /** The password is being guessed, and the account never came in from there. */
    BANNED,
    UNAVAILABLE
  }

  /** The answer to a proof: there is no third. */
  public sealed interface Verdict {
    /** The proof fits, as far as this house can tell. Only this class makes one. */
    final class Accepted implements Verdict {
      private final LoginName name;
      private final String fingerprint;

      private Accepted(LoginName name, String fingerprint) {
        this.name = name;
        this.fingerprint = fingerprint;
      }

      @Override
      public String toString() {
        return "accepted " + name;
      }
    }

    record Refused(Reason reason) implements Verdict {}
  }

  /** The account was changed between the proof and its acceptance. */
  public static final class NotAdmitted extends Exception {
    private final Reason reason;

    NotAdmitted(Reason reason) {
      super(reason.name(), null, false, false);
      this.reason = reason;
    }

    public Reason reason() {
      return reason;
    }
  }

  private final AccountReader accounts;
  private final PasswordCheck passwords;
  private final Chronicle chronicle;
  private final Clock clock;
  private final @Nullable String defaultTenant;
  private final RandomGenerator random = new SecureRandom();

  /**
   * @param defaultTenant whose a username without {@code @tenant} is; null: nobody's
   */
  public LoginDoor(
      JdbcClient jdbc,
      PasswordCheck passwords,
      Chronicle chronicle,
      Clock clock,
      @Nullable String defaultTenant) {
    this.accounts = new AccountReader(jdbc);
    this.passwords = passwords;
    this.chronicle = chronicle;
    this.clock = clock;
    this.defaultTenant = defaultTenant;
  }

  /** Whether a password fits. Takes as long for an account that does not exist. */
  public Verdict password(String login, String password, InetAddress source) {
    try {
      Optional<LoginName> name = LoginName.parse(login, defaultTenant);
      Optional<Found> account = name.flatMap(n -> accounts.find(n, ""));
      boolean tooLong = password.length() > MAX_PASSWORD_CHARACTERS;
      boolean fits =
          passwords.matches(tooLong ? "" : password, account.map(Found::passwordHash).orElse(null))
              && !tooLong;
      if (name.isEmpty()) {
        return new Verdict.Refused(Reason.NOT_A_LOGIN_NAME);
      }
      if (account.isEmpty()) {
        return new Verdict.Refused(Reason.UNKNOWN_ACCOUNT);
      }
      if (!fits) {
        return new Verdict.Refused(Reason.WRONG_PASSWORD);
      }
      return verdict(account.get(), "", source);
    } catch (RuntimeException broken) {
      return unavailable(login, broken);
    }
  }

  /**
   * Whether a key is one of the account's. Says nothing about who holds it: that is for the
   * signature.
   *
   * @param fingerprint {@code SHA256:…} of the key's blob
   */
  public Verdict key(String login, String fingerprint, InetAddress source) {
    try {
      Optional<LoginName> name = LoginName.parse(login, defaultTenant);
      if (name.isEmpty()) {
        return new Verdict.Refused(Reason.NOT_A_LOGIN_NAME);
      }
      Optional<Found> account = accounts.find(name.get(), fingerprint);
      if (account.isEmpty()) {
        return new Verdict.Refused(Reason.UNKNOWN_ACCOUNT);
      }
      return verdict(account.get(), fingerprint, source);
    } catch (RuntimeException broken) {
      return unavailable(login, broken);
    }
  }

  private static Verdict unavailable(String login, RuntimeException broken) {
    log.warn(
        "A login as {} is refused because it cannot be checked: {}",
        ByteText.shown(ByteText.ofUnicode(login)),
        broken.getMessage());
    return new Verdict.Refused(Reason.UNAVAILABLE);
  }

  private Verdict verdict(Found account, String fingerprint, InetAddress source) {
    return whyNot(account, fingerprint, source)
        .<Verdict>map(Verdict.Refused::new)
        .orElseGet(() -> new Verdict.Accepted(account.name(), fingerprint));
  }

  private Optional<Reason> whyNot(Found account, String fingerprint, InetAddress source) {
    Instant now = clock.instant();
    if (!fingerprint.isEmpty()) {
      AccountReader.Key key = account.key();
      if (key == null) {
        return Optional.of(Reason.UNKNOWN_KEY);
      }
      if (isPast(key.expiresAt(), now)) {
        return Optional.of(Reason.KEY_EXPIRED);
      }
      if (!SourceRange.allow(key.sources(), source)) {
        return Optional.of(Reason.SOURCE_NOT_ALLOWED);
      }
    }
    if (account.suspended()) {
      return Optional.of(Reason.SUSPENDED);
    }
    if (isPast(account.expiresAt(), now)) {
      return Optional.of(Reason.EXPIRED);
    }
    return SourceRange.allow(account.sources(), source)
        ? Optional.empty()
        : Optional.of(Reason.SOURCE_NOT_ALLOWED);
  }

  private static boolean isPast(@Nullable Instant end, Instant now) {
    return end != null && !now.isBefore(end);
  }

  /**
   * Makes the grant. Called when the protocol has accepted the proof, a signature included; looks
   * at the account once more.
   *
   * @throws NotAdmitted if the account has changed since, or cannot be read
   */
  public Grant admit(Verdict.Accepted proof, InetAddress source) throws NotAdmitted {
    try {
      Found account =
          accounts
              .find(proof.name, proof.fingerprint)
              .orElseThrow(() -> new NotAdmitted(Reason.UNKNOWN_ACCOUNT));
      Optional<Reason> changed = whyNot(account, proof.fingerprint, source);
      if (changed.isPresent()) {
        throw new NotAdmitted(changed.get());
      }
      return grant(account, proof.fingerprint, source);
    } catch (RuntimeException broken) {
      log.warn(
          "{} is not admitted because the account cannot be read: {}",
          proof.name,
          broken.getMessage());
      throw new NotAdmitted(Reason.UNAVAILABLE);
    }
  }

  private Grant grant(Found account, String fingerprint, InetAddress source) {
    List<Mounted> mounts = accounts.mounts(account.id());
    AccountReader.Key key = account.key();
    CredentialUsed credential =
        key == null
            ? new CredentialUsed.Password()
            : new CredentialUsed.PublicKey(key.id(), fingerprint);
    Instant now = clock.instant();
    accounts.used(account.id(), key == null ? null : key.id(), now);
    byte[] id = new byte[SESSION_ID_BYTES];
    random.nextBytes(id);
    return new Grant(
        HexFormat.of().formatHex(id),
        account.tenantId(),
        account.name().tenant(),
        account.id(),
        account.name().username(),
        account.home(),
        mounts.stream().map(Mounted::home).toList(),
        AccountReader.policy(account, mounts),
        account.sftp(),
        account.protocols(),
        account.publish(),
        account.limits(),
        credential,
        source.getHostAddress(),
        now);
  }

  /** Tells the audit log that a session began. */
  public void tellAdmitted(Grant grant, String clientVersion) {
    Map<String, String> detail =
        Map.of("credential", grant.credential().toString(), "client", clientVersion);
    chronicle.record(
        event(
            grant.loginName(),
            grant.source(),
            grant.sessionId(),
            AuditEvent.Outcome.OK,
            null,
            detail));
  }

  /**
   * Tells the audit log that a proof was refused.
   *
   * @param method {@code password}, {@code publickey}
   */
  public void tellRefused(
      String login, String method, Reason reason, InetAddress source, Map<String, String> more) {
    Map<String, String> detail = new HashMap<>(more);
    detail.put("method", method);
    Optional<LoginName> name = LoginName.parse(login, defaultTenant);
    if (name.isEmpty()) {
      String shown = ByteText.shown(ByteText.ofUnicode(login));
      detail.put("name", shown.length() > 200 ? shown.substring(0, 200) : shown);
    }
    chronicle.record(
        event(
            name.orElse(null),
            source.getHostAddress(),
            null,
            AuditEvent.Outcome.REFUSED,
            reason.name(),
            detail));
  }

  private AuditEvent event(
      @Nullable LoginName name,
      String source,
      @Nullable String sessionId,
      AuditEvent.Outcome outcome,
      @Nullable String code,
      Map<String, String> detail) {
    return new AuditEvent(
        UUID.randomUUID(),
        clock.instant(),
        name == null ? null : name.tenant(),
        name == null ? null : name.username(),
        null,
        source,
        sessionId,
        "login",
        outcome,
        code,
        CorrelationId.next(),
        detail);
  }
}
