package io.quaymaster.login;

import io.quaymaster.audit.Chronicle;
import io.quaymaster.certificate.CertificateSignatures;
import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.credential.AuthenticationMethods;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.AccountReader.Found;
import io.quaymaster.login.AccountReader.Mounted;
import io.quaymaster.secret.SecretSeal;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The one door. A login {@link #begin begins} with a name; each proof is looked at ({@link
 * #password}, {@link #key}, {@link #code}), which answers yes or no; what the protocol accepts too
 * is {@link #proved}; and when a chain of the account's policy is complete, {@link #admit} makes a
 * {@link Grant}. Nothing else does.
 *
 * <p>Looking at a key records nothing, because it is looked at before its signature is checked, and
 * maybe never signed with. Looking at a code uses it up.
 *
 * <p>An account that is unknown, suspended, expired or not allowed now or from there is refused
 * like a wrong password: the same answer after the same work. An exception is a refusal. Threads:
 * any; calls wait for the database and for a turn to hash.
 */
public final class LoginDoor {
  private static final Logger log = LoggerFactory.getLogger(LoginDoor.class);

  /** Longer ones are nobody's, and would cost. */
  private static final int MAX_PASSWORD_CHARACTERS = 1024;

  /** Why a proof was not accepted, for the audit log and never for the client. */
  public enum Reason {
    NOT_A_LOGIN_NAME,
    UNKNOWN_ACCOUNT,
    /** The policy does not ask for this method, or not yet. */
    METHOD_NOT_OFFERED,
    WRONG_PASSWORD,
    PASSWORD_EXPIRED,
    UNKNOWN_KEY,
    KEY_EXPIRED,
    /** This connection has proved this key already. */
    KEY_USED_BEFORE,
    /** The key is one of the account's, and somebody else signed. */
    WRONG_SIGNATURE,
    UNKNOWN_AUTHORITY,
    /** The authority may not vouch for this account. */
    AUTHORITY_NOT_ALLOWED,
    CERTIFICATE_NOT_SIGNED,
    CERTIFICATE_REVOKED,
    CERTIFICATE_NOT_FOR_USERS,
    CERTIFICATE_NOT_YET_VALID,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_WRONG_PRINCIPAL,
    CERTIFICATE_SOURCE_NOT_ALLOWED,
    CERTIFICATE_COMMAND_NOT_SERVED,
    CERTIFICATE_UNKNOWN_OPTION,
    /** The account has no authenticator app, or has not confirmed it. */
    NO_CODES,
    WRONG_CODE,
    CODE_USED_BEFORE,
    TOO_MANY_CODES,
    SUSPENDED,
    EXPIRED,
    SOURCE_NOT_ALLOWED,
    OUTSIDE_HOURS,
    /** The account's policy asks for more by now than was proved. */
    METHODS_CHANGED,
    /** The account or its tenant has all the sessions that it may have. */
    SESSION_LIMIT,
    /** The password is being guessed, and the account never came in from there. */
    BANNED,
    UNAVAILABLE
  }

  /** The answer to a proof: there is no third. */
  public sealed interface Verdict {
    /**
     * The proof fits, as far as this house can tell. Only this class makes one; it is good for
     * {@link #proved} in the state that it was given for.
     */
    final class Fits implements Verdict {
      private final LoginState.Open at;
      private final LoginName name;
      private final Proof proof;
      private final boolean verifyRequired;

      private Fits(LoginState.Open at, LoginName name, Proof proof, boolean verifyRequired) {
        this.at = at;
        this.name = name;
        this.proof = proof;
        this.verifyRequired = verifyRequired;
      }

      /** Whether a security key must have verified the person, not only felt a touch. */
      public boolean verifyRequired() {
        return verifyRequired;
      }

      @Override
      public String toString() {
        return proof.method() + " fits for " + name;
      }
    }

    record Refused(Reason reason) implements Verdict {}
  }

  /** The account was changed between the proofs and their acceptance. */
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
  private final KeyCheck keys;
  private final CodeCheck codes;
  private final Grants grants;
  private final LoginAudit audit;
  private final Clock clock;
  private final @Nullable String defaultTenant;

  /**
   * @param defaultTenant whose a username without {@code @tenant} is; null: nobody's
   */
  public LoginDoor(
      JdbcClient jdbc,
      PasswordCheck passwords,
      CertificateSignatures signatures,
      SecretSeal seal,
      Chronicle chronicle,
      Clock clock,
      @Nullable String defaultTenant) {
    this.accounts = new AccountReader(jdbc);
    this.passwords = passwords;
    this.keys = new KeyCheck(new AuthorityReader(jdbc), signatures);
    this.codes = new CodeCheck(jdbc, seal);
    this.grants = new Grants(accounts, keys);
    this.audit = new LoginAudit(chronicle, clock, defaultTenant);
    this.clock = clock;
    this.defaultTenant = defaultTenant;
  }

  /**
   * What may be proved first. If nobody has that name, or the database is away, it is what others
   * are asked for.
   */
  public LoginState.Open begin(String login) {
    Optional<LoginName> name = LoginName.parse(login, defaultTenant);
    return new LoginState.Open(login, name, methods(name), List.of());
  }

  private AuthenticationMethods methods(Optional<LoginName> name) {
    try {
      return name.map(accounts::methods).orElse(AuthenticationMethods.DEFAULT);
    } catch (RuntimeException broken) {
      log.warn("What a login asks for cannot be read: {}", broken.getMessage());
      return AuthenticationMethods.DEFAULT;
    }
  }

  /**
   * Whether a password fits. A refusal takes as long whoever is asked for and whatever is wrong.
   *
   * @param method how it was sent
   * @param barred no password is taken from there now, not even the right one
   */
  public Verdict password(
      LoginState.Open so,
      AuthenticationMethod method,
      String password,
      InetAddress source,
      boolean barred) {
    return looked(so, method, () -> passwordVerdict(so, method, password, source, barred));
  }

  private Verdict passwordVerdict(
      LoginState.Open so,
      AuthenticationMethod method,
      String password,
      InetAddress source,
      boolean barred) {
    Optional<Found> account = so.name().flatMap(n -> accounts.find(n, ""));
    Instant now = clock.instant();
    AccountReader.Passwords stored =
        account.map(Found::passwords).orElse(AccountReader.Passwords.NONE);
    boolean current = matches(password, stored.hash());
    Optional<Reason> whyNot =
        current && AccountCheck.isPast(stored.end(), now)
            ? Optional.of(Reason.PASSWORD_EXPIRED)
            : whyNot(so, account, source, now, barred);
    if (current && whyNot.isEmpty()) {
      return fits(so, method, stored.hash());
    }
    // Also if there is no previous one, and if nothing can come of it: each refusal costs two.
    boolean previous = matches(password, stored.previousAt(now));
    if (account.isPresent() && !current && !previous) {
      return refused(Reason.WRONG_PASSWORD);
    }
    return whyNot.map(LoginDoor::refused).orElseGet(() -> fits(so, method, stored.previousAt(now)));
  }

  /** What stands in the way of a password, whether it is right or wrong. */
  private static Optional<Reason> whyNot(
      LoginState.Open so,
      Optional<Found> account,
      InetAddress source,
      Instant now,
      boolean barred) {
    if (so.name().isEmpty()) {
      return Optional.of(Reason.NOT_A_LOGIN_NAME);
    }
    if (account.isEmpty()) {
      return Optional.of(Reason.UNKNOWN_ACCOUNT);
    }
    return AccountCheck.whyNot(account.get(), source, now)
        .or(() -> barred ? Optional.of(Reason.BANNED) : Optional.empty());
  }

  private static Verdict fits(
      LoginState.Open so, AuthenticationMethod method, @Nullable String hash) {
    if (hash == null) {
      throw new IllegalStateException("no password fits none");
    }
    return new Verdict.Fits(so, so.name().orElseThrow(), new Proof.Password(method, hash), false);
  }

  private boolean matches(String password, @Nullable String hash) {
    boolean tooLong = password.length() > MAX_PASSWORD_CHARACTERS;
    return passwords.matches(tooLong ? "" : password, hash) && !tooLong;
  }

  /**
   * Whether a key would let in. Says nothing about who holds it: that is for the signature. Of a
   * certificate, its authority's signature is checked here.
   */
  public Verdict key(LoginState.Open so, OfferedKey offered, InetAddress source) {
    return looked(
        so, AuthenticationMethod.PUBLICKEY, () -> keyVerdict(so, KeyCheck.proof(offered), source));
  }

  private Verdict keyVerdict(LoginState.Open so, Proof.OfKey proof, InetAddress source) {
    if (so.name().isEmpty()) {
      return refused(Reason.NOT_A_LOGIN_NAME);
    }
    LoginName name = so.name().get();
    Optional<Found> account = accounts.find(name, proof.fingerprint());
    Instant now = clock.instant();
    KeyCheck.Answer answer = keys.check(name, account.orElse(null), proof, source, now);
    if (account.isEmpty()) {
      return refused(Reason.UNKNOWN_ACCOUNT);
    }
    return switch (answer) {
      case KeyCheck.No(Reason reason) -> refused(reason);
      case KeyCheck.Yes yes -> {
        if (hasProved(so, proof)) {
          yield refused(Reason.KEY_USED_BEFORE);
        }
        yield AccountCheck.whyNot(account.get(), source, now)
            .map(LoginDoor::refused)
            .orElseGet(() -> new Verdict.Fits(so, name, proof, yes.verifyRequired()));
      }
    };
  }

  /** Two keys are two: a certificate of a key and that key are one. */
  private static boolean hasProved(LoginState.Open so, Proof.OfKey again) {
    return so.proofs().stream()
        .anyMatch(p -> p instanceof Proof.OfKey k && k.fingerprint().equals(again.fingerprint()));
  }

  /** Whether a code of an authenticator app, or a recovery code, fits. If so, it is used up. */
  public Verdict code(LoginState.Open so, String code, InetAddress source) {
    return looked(so, AuthenticationMethod.CODE, () -> codeVerdict(so, code, source));
  }

  private Verdict codeVerdict(LoginState.Open so, String code, InetAddress source) {
    if (so.name().isEmpty()) {
      return refused(Reason.NOT_A_LOGIN_NAME);
    }
    LoginName name = so.name().get();
    Optional<Found> account = accounts.find(name, "");
    if (account.isEmpty()) {
      return refused(Reason.UNKNOWN_ACCOUNT);
    }
    Instant now = clock.instant();
    return AccountCheck.whyNot(account.get(), source, now)
        .or(() -> codes.whyNot(account.get().id(), name, code, now))
        .map(LoginDoor::refused)
        .orElseGet(() -> new Verdict.Fits(so, name, new Proof.Code(), false));
  }

  private static Verdict looked(
      LoginState.Open so, AuthenticationMethod method, Supplier<Verdict> look) {
    if (!so.offers(method)) {
      return refused(Reason.METHOD_NOT_OFFERED);
    }
    try {
      return look.get();
    } catch (RuntimeException broken) {
      log.warn(
          "A login as {} is refused because it cannot be checked: {}",
          ByteText.shown(ByteText.ofUnicode(so.login())),
          broken.getMessage());
      return refused(Reason.UNAVAILABLE);
    }
  }

  private static Verdict refused(Reason reason) {
    return new Verdict.Refused(reason);
  }

  /** Asks of an account what a login asks, and lets nobody in. Empty: there is no such account. */
  public Optional<Examined> examine(LoginName name, InetAddress source) {
    return accounts
        .find(name, "")
        .map(
            account -> {
              List<Mounted> mounts = accounts.mounts(account.id());
              return new Examined(
                  account.tenantId(),
                  AccountCheck.whyNot(account, source, clock.instant()),
                  account.protocols(),
                  account.sftp(),
                  AccountReader.policy(account, mounts),
                  account.home(),
                  mounts.stream().map(Mounted::home).toList(),
                  account.limits());
            });
  }

  /**
   * Goes on by one step. Called when the protocol has accepted the proof, a signature included.
   *
   * @throws IllegalArgumentException if the proof was looked at in another state: what was shown
   *     under another name or before another proof counts no more
   */
  public LoginState proved(LoginState.Open so, Verdict.Fits fits) {
    if (fits.at != so) {
      throw new IllegalArgumentException("a proof of another state");
    }
    return so.with(fits.name, fits.proof);
  }

  /**
   * Makes the grant. Looks at the account and at each proof once more.
   *
   * @throws NotAdmitted if the account has changed since, or cannot be read
   */
  public Grant admit(LoginState.Accepted login, InetAddress source) throws NotAdmitted {
    try {
      return grants.grant(login, source, clock.instant());
    } catch (RuntimeException broken) {
      log.warn(
          "{} is not admitted because the account cannot be read: {}",
          login.name(),
          broken.getMessage());
      throw new NotAdmitted(Reason.UNAVAILABLE);
    }
  }

  /** Tells the audit log that a session began. */
  public void tellAdmitted(Grant grant, String clientVersion) {
    audit.admitted(grant, clientVersion);
  }

  /**
   * Tells the audit log that a session ended.
   *
   * @param detail what it did and why it ended
   */
  public void tellEnded(Grant grant, Map<String, String> detail) {
    audit.ended(grant, detail);
  }

  /**
   * Tells the audit log that a proof was refused.
   *
   * @param method as policy writes it, or {@code admission}
   */
  public void tellRefused(
      String login, String method, Reason reason, InetAddress source, Map<String, String> more) {
    audit.refused(login, method, reason, source, more);
  }
}
