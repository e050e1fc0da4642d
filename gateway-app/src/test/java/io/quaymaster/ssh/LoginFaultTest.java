package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.certificate.CertificateSignatures;
import io.quaymaster.certificate.UserCertificate;
import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.credential.Totp;
import io.quaymaster.login.Grant;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginDoor.NotAdmitted;
import io.quaymaster.login.LoginDoor.Verdict;
import io.quaymaster.login.LoginState;
import io.quaymaster.login.OfferedKey;
import io.quaymaster.login.PasswordCheck;
import io.quaymaster.ssh.auth.KeySignatures;
import io.quaymaster.transfer.Transfer;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A law: whatever fails at whatever moment, nobody comes in who brought less than the policy asks
 * for, and nobody at all whose login could not be looked at. Each step that a login asks of
 * something else fails once, and then again with everything after it.
 */
class LoginFaultTest {
  private static final String ALICE = "alice@acme";
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final int MORE_THAN_ENOUGH = 100;

  /** What goes wrong. */
  enum Fault {
    ONCE,
    FROM_THEN_ON,
    /** Not an exception that anybody expects. */
    ERROR
  }

  /** Counts what a login asks of others, and fails at one of them. */
  private static final class Faults {
    private final int at;
    private final Fault kind;
    private int asked;
    private boolean failed;

    Faults(int at, Fault kind) {
      this.at = at;
      this.kind = kind;
    }

    void mayFail() {
      int now = asked++;
      if (now == at || (kind == Fault.FROM_THEN_ON && now > at)) {
        failed = true;
        if (kind == Fault.ERROR) {
          throw new OutOfMemoryError("planted");
        }
        throw new IllegalStateException("planted");
      }
    }
  }

  private TestGateway gateway;
  private TestAccount alice;
  private Totp app;
  private TestCertificate certificate;

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
    gateway.doorClock().stopAt(NOON);
    alice =
        gateway
            .account(ALICE)
            .methods("publickey,publickey,password,keyboard-interactive")
            .create();
    app = alice.enrol(Totp.random());
    OpenSshKeys authority = OpenSshKeys.generate(gateway.scratch("ca"), "ed25519");
    OpenSshKeys certified = OpenSshKeys.generate(gateway.scratch("certified"), "ed25519");
    certificate = TestCertificate.sign(authority, certified, "-n", ALICE);
    gateway
        .jdbc()
        .sql(
            "insert into certificate_authority (tenant_id, label, key_type, public_key,"
                + " fingerprint, accounts, created_at, updated_at) select id, 'ca', 'x', ?, ?,"
                + " '{*}', now(), now() from tenant")
        .params(authority.publicKey(), authority.fingerprint())
        .update();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Whoever looks at proofs tells nobody of them. */
  private static final class Deaf implements Chronicle {
    @Override
    public void record(AuditEvent event) {
      throw new AssertionError(event);
    }

    @Override
    public void record(Transfer transfer) {
      throw new AssertionError(transfer);
    }

    @Override
    public void flush() {}
  }

  private LoginDoor door(Faults faults) {
    JdbcClient jdbc =
        JdbcClient.create(
            new DelegatingDataSource(gateway.dataSource()) {
              @Override
              public Connection getConnection() throws SQLException {
                faults.mayFail();
                return super.getConnection();
              }
            });
    PasswordCheck passwords =
        (password, hash) -> {
          faults.mayFail();
          return password.equals(hash);
        };
    KeySignatures real = new KeySignatures();
    CertificateSignatures signatures =
        asked -> {
          faults.mayFail();
          return real.hold(asked);
        };
    return new LoginDoor(
        jdbc, passwords, signatures, gateway.seal(), new Deaf(), gateway.doorClock(), null);
  }

  /** All that Alice has, in the order that her policy asks for. */
  private Optional<Grant> logIn(LoginDoor door) {
    LoginState state = door.begin(ALICE);
    OfferedKey key = new OfferedKey.Plain(alice.key().fingerprint());
    OfferedKey certified = new OfferedKey.Certified(UserCertificate.parse(certificate.blob()));
    state = step(door, state, so -> door.key(so, key, HERE));
    state = step(door, state, so -> door.key(so, certified, HERE));
    state =
        step(
            door,
            state,
            so ->
                door.password(
                    so, AuthenticationMethod.PASSWORD, TestAccount.PASSWORD, HERE, false));
    state = step(door, state, so -> door.code(so, app.codeAt(Totp.stepAt(now())), HERE));
    try {
      return state instanceof LoginState.Accepted accepted
          ? Optional.of(door.admit(accepted, HERE))
          : Optional.empty();
    } catch (NotAdmitted refused) {
      return Optional.empty();
    }
  }

  private Instant now() {
    return gateway.doorClock().instant();
  }

  private static LoginState step(
      LoginDoor door, LoginState state, Function<LoginState.Open, Verdict> look) {
    return state instanceof LoginState.Open open && look.apply(open) instanceof Verdict.Fits fits
        ? door.proved(open, fits)
        : state;
  }

  @ParameterizedTest
  @EnumSource
  void whateverFailsNobodyComesIn(Fault kind) {
    int at = 0;
    while (true) {
      Faults faults = new Faults(at, kind);
      Optional<Grant> grant;
      try {
        grant = logIn(door(faults));
      } catch (OutOfMemoryError planted) {
        grant = Optional.empty();
      }
      // Codes are used up: the next try has its own.
      gateway.doorClock().goOnBy(Duration.ofSeconds(30));
      if (!faults.failed) {
        assertThat(grant).as("nothing failed").isPresent();
        break;
      }
      assertThat(grant).as("the %sth thing failed", at).isEmpty();
      at++;
      assertThat(at).isLessThan(MORE_THAN_ENOUGH);
    }
    assertThat(at).as("things that can fail").isGreaterThan(12);
  }
}
