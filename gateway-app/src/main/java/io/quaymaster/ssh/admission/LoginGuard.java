package io.quaymaster.ssh.admission;

import io.quaymaster.admission.AccountSources;
import io.quaymaster.admission.BanBook;
import io.quaymaster.admission.BanKeeper;
import io.quaymaster.admission.Penalties;
import io.quaymaster.login.Grant;
import io.quaymaster.login.LoginDoor.Reason;
import io.quaymaster.login.LoginName;
import java.net.InetAddress;
import org.apache.sshd.common.RuntimeSshException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.util.buffer.BufferException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of strangers, told to the gate; and the ban of an account whose password is guessed:
 * it is taken only from networks that the account came in from before, so a guesser shuts out
 * nobody but itself. Keys cannot be guessed and are not concerned. Threads: any.
 */
public final class LoginGuard implements SessionListener {
  private static final Logger log = LoggerFactory.getLogger(LoginGuard.class);

  private final BanBook book;
  private final Penalties penalties;
  private final BanKeeper keeper;
  private final AccountSources sources;
  private final @Nullable String defaultTenant;

  /**
   * @param defaultTenant whose a username without {@code @tenant} is; null: nobody's
   */
  public LoginGuard(
      BanBook book,
      Penalties penalties,
      BanKeeper keeper,
      AccountSources sources,
      @Nullable String defaultTenant) {
    this.book = book;
    this.penalties = penalties;
    this.keeper = keeper;
    this.sources = sources;
    this.defaultTenant = defaultTenant;
  }

  /**
   * Whether no password lets anybody in as this from there now. To be asked before the password is
   * compared, and to be acted on afterwards: a right password must take as long as a wrong one.
   */
  public boolean bars(String login, InetAddress source) {
    return LoginName.parse(login, defaultTenant)
        .filter(name -> !book.isExempt(source))
        .filter(name -> book.ban(name).isPresent())
        .filter(name -> !sources.knows(name, source))
        .isPresent();
  }

  /** A password was refused. */
  public void passwordRefused(Session session, String login, Reason reason, InetAddress source) {
    refused(session, reason);
    if (reason != Reason.UNAVAILABLE) {
      LoginName.parse(login, defaultTenant).ifPresent(name -> penalties.charge(name, source));
    }
  }

  /** A proof that nobody can guess was refused. */
  public void refused(Session session, Reason reason) {
    Stranger.of(session)
        .ifPresent(
            stranger -> {
              stranger.offered();
              if (reason != Reason.UNAVAILABLE) {
                stranger.wrong();
              }
            });
  }

  /** Somebody came in. */
  public void admitted(Grant grant, InetAddress source) {
    keeper.cameIn(grant.accountId(), source);
  }

  @Override
  public void sessionEvent(Session session, Event event) {
    if (event == Event.Authenticated) {
      Stranger.of(session).ifPresent(Stranger::authenticated);
    }
  }

  @Override
  public void sessionException(Session session, Throwable failure) {
    if (!session.isAuthenticated() && isDefect(failure)) {
      log.warn("A connection that is not authenticated broke something: {}", session, failure);
      Stranger.of(session).ifPresent(Stranger::crashed);
    }
  }

  /** Neither the network's failure nor MINA's way to say that what came is nonsense. */
  private static boolean isDefect(Throwable failure) {
    return switch (failure) {
      case BufferException _, RuntimeSshException _ -> false;
      case IllegalArgumentException _, IllegalStateException _ -> false;
      case UnsupportedOperationException _ -> false;
      case RuntimeException _, Error _ -> true;
      default -> false;
    };
  }
}
