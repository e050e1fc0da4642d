package io.quaymaster.admin;

import io.quaymaster.account.AccountEvent;
import io.quaymaster.account.PasswordHashes;
import io.quaymaster.admin.access.FirstLockOut;
import io.quaymaster.admin.access.GuessLimits;
import io.quaymaster.admin.oidc.OidcSettings;
import io.quaymaster.admission.Ban;
import io.quaymaster.admission.BanChanges;
import io.quaymaster.admission.BanSubject;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.chain.Anchors;
import io.quaymaster.audit.chain.AuditTrail;
import io.quaymaster.audit.chain.ChainWriter;
import io.quaymaster.audit.chain.SigningKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import io.quaymaster.files.FileFailure;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.quota.Recount;
import io.quaymaster.quota.ScopeChanges;
import io.quaymaster.quota.UsageFlush;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreProvisioning;
import io.quaymaster.store.StoreSweep;
import io.quaymaster.store.StoreUnusable;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.tenant.scope.TenantScope;
import io.quaymaster.token.BootstrapToken;
import io.quaymaster.transfer.Transfer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

/** The admin API on a real database, with plain stand-ins for the rest of the gateway. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
@AutoConfigurationPackage(basePackages = "io.quaymaster")
@Import(AdminApiConfiguration.class)
class TestGateway {
  static final String BOOTSTRAP = "bootstrap-token-of-the-tests";

  /** What a recount of the stand-in corrects. */
  static final long CORRECTED = 42;

  /** What a sweep of the stand-in clears. */
  static final StoreSweep.Swept SWEPT = new StoreSweep.Swept(2, 3);

  /** How many uploads the stand-in aborts in a store that leaves. */
  static final int CLEARED = 7;

  /** How the stand-in's server behaves. */
  static final S3Behaviour PROBED = new S3Behaviour(true, true, false, true, true);

  static final SigningKey AUDIT_KEY = new SigningKey(SigningKey.randomKey());

  static final SecretSeal SEAL = new SecretSeal(SecretSeal.randomKey());

  /** What the ports were asked. */
  static final class Seen {
    final List<AccountEvent> events = new CopyOnWriteArrayList<>();
    final List<Long> placesMade = new CopyOnWriteArrayList<>();
    final List<Long> limitsChanged = new CopyOnWriteArrayList<>();
    final List<Long> storesReleased = new CopyOnWriteArrayList<>();
    final List<String> storesPrepared = new CopyOnWriteArrayList<>();
    final List<NewS3Store> storesProbed = new CopyOnWriteArrayList<>();
    final List<String> storesSwept = new CopyOnWriteArrayList<>();
    final List<String> storesCleared = new CopyOnWriteArrayList<>();
    final List<String> bansImposed = new CopyOnWriteArrayList<>();
    final List<String> bansLifted = new CopyOnWriteArrayList<>();
    final List<Long> recounted = new CopyOnWriteArrayList<>();
    final AtomicInteger usageFlushes = new AtomicInteger();
    final AtomicInteger chronicleFlushes = new AtomicInteger();
    final AtomicBoolean databaseAway = new AtomicBoolean();

    @TransactionalEventListener
    void on(AccountEvent event) {
      events.add(event);
    }
  }

  @Bean
  Seen seen() {
    return new Seen();
  }

  @Bean
  FilterRegistrationBean<FirstLockOut> firstLockOut() {
    return new FilterRegistrationBean<>(new FirstLockOut());
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  BootstrapToken bootstrapToken() {
    return new BootstrapToken(BOOTSTRAP);
  }

  @Bean
  GuessLimits guessLimits() {
    return GuessLimits.DEFAULTS;
  }

  @Bean
  IdentityProvider identityProvider() throws IOException {
    return new IdentityProvider();
  }

  @Bean
  OidcSettings oidcSettings(IdentityProvider provider) {
    return provider.settings();
  }

  @Bean
  PasswordHashes passwordHashes() {
    return new PasswordHashes(2, 64, Duration.ofSeconds(30));
  }

  @Bean
  StoreProvisioning provisioning(Seen seen) {
    return new StoreProvisioning() {
      @Override
      public void prepare(Store store) throws StoreUnusable {
        String path = String.valueOf(store.path());
        if (path.contains("unwritable")) {
          throw new StoreUnusable("The folder cannot be written.", null);
        }
        seen.storesPrepared.add(store.name());
      }

      @Override
      public S3Behaviour probe(NewS3Store store) throws StoreUnusable {
        seen.storesProbed.add(store);
        if (store.place().bucket().contains("unwritable")) {
          throw new StoreUnusable("The bucket cannot be written: AccessDenied.", null);
        }
        return PROBED;
      }

      @Override
      public void released(long storeId) {
        seen.storesReleased.add(storeId);
      }
    };
  }

  @Bean
  StoreSweep storeSweep(Seen seen) {
    return new StoreSweep() {
      @Override
      public Swept sweep(Store store) {
        if (store.name().startsWith("busy")) {
          throw new Refusal.Busy("The store is being swept.");
        }
        seen.storesSwept.add(store.name());
        return SWEPT;
      }

      @Override
      public int clear(Store store) throws FileFailure {
        if (store.name().startsWith("dead")) {
          throw new FileFailure(FileFailure.Kind.STORE_ERROR, "the store cannot be reached");
        }
        seen.storesCleared.add(store.name());
        return CLEARED;
      }
    };
  }

  @Bean
  SecretSeal secretSeal() {
    return SEAL;
  }

  @Bean
  ScopeChanges scopeChanges(Seen seen) {
    return new ScopeChanges() {
      @Override
      public void placeCreated(long scopeId) {
        seen.placesMade.add(scopeId);
      }

      @Override
      public void limitChanged(long scopeId) {
        seen.limitsChanged.add(scopeId);
      }
    };
  }

  @Bean
  UsageFlush usageFlush(Seen seen) {
    return seen.usageFlushes::incrementAndGet;
  }

  @Bean
  BanChanges banChanges(Seen seen) {
    return new BanChanges() {
      @Override
      public void announceImposed(long id) {}

      @Override
      public void announceLifted(BanSubject subject) {}

      @Override
      public void imposed(Ban ban) {
        seen.bansImposed.add(ban.subject().toString());
      }

      @Override
      public void lifted(BanSubject subject) {
        seen.bansLifted.add(subject.toString());
      }
    };
  }

  @Bean
  Recount recount(Seen seen) {
    return scope -> {
      seen.recounted.add(scope);
      return CORRECTED;
    };
  }

  @Bean
  Sessions sessions() {
    return new Sessions();
  }

  @Bean
  Chronicle chronicle(
      JdbcClient jdbc, JdbcTemplate template, PlatformTransactionManager transactions, Seen seen) {
    return new TableChronicle(jdbc, new ChainWriter(template), transactions, seen);
  }

  @Bean
  AuditTrail auditTrail(DataSource source) throws IOException {
    return new AuditTrail(
        source,
        new VerifyingKeys(List.of(AUDIT_KEY.verifying())),
        Anchors.in(Path.of("no-anchors-of-the-tests")));
  }

  @Bean
  LoginDoor loginDoor(
      JdbcClient jdbc,
      PasswordHashes passwords,
      SecretSeal seal,
      Chronicle chronicle,
      Clock clock) {
    return new LoginDoor(jdbc, passwords::matches, _ -> false, seal, chronicle, clock, null);
  }

  /** A switch that takes the database away. */
  @Bean
  static BeanPostProcessor awayDatabase(ObjectProvider<Seen> seen) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource source ? new Away(source, seen.getObject()) : bean;
      }
    };
  }

  private static final class Away extends DelegatingDataSource {
    private final Seen seen;

    Away(DataSource source, Seen seen) {
      super(source);
      this.seen = seen;
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (seen.databaseAway.get()) {
        throw new SQLTransientConnectionException("no connection in time");
      }
      return super.getConnection();
    }
  }

  /** Sessions that tests open. */
  static final class Sessions implements LiveSessions {
    private static final Comparator<Mark> ORDER =
        Comparator.comparing(Mark::startedAt).thenComparing(Mark::id);

    final List<LiveSession> open = new CopyOnWriteArrayList<>();

    @Override
    public List<LiveSession> list(Query query) {
      return open.stream()
          .filter(s -> query.tenant() == null || query.tenant().equals(s.tenant()))
          .filter(s -> query.account() == null || query.account().equals(s.account()))
          .filter(s -> query.after() == null || ORDER.compare(Mark.of(s), query.after()) > 0)
          .sorted(Comparator.comparing(Mark::of, ORDER))
          .limit(query.limit())
          .toList();
    }

    @Override
    public Optional<LiveSession> find(String id) {
      return open.stream().filter(s -> s.id().equals(id)).findFirst();
    }

    @Override
    public void end(LiveSession session, String reason) {
      open.remove(session);
    }
  }

  /** Writes to the tables at once. */
  private static final class TableChronicle implements Chronicle {
    private final JdbcClient jdbc;
    private final Seen seen;
    private final ChainWriter chains;
    private final TransactionTemplate transaction;

    TableChronicle(
        JdbcClient jdbc, ChainWriter chains, PlatformTransactionManager transactions, Seen seen) {
      this.jdbc = jdbc;
      this.chains = chains;
      this.transaction = new TransactionTemplate(transactions);
      this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
      this.seen = seen;
    }

    @Override
    public void record(AuditEvent e) {
      TenantScope.runForGateway(
          () -> transaction.executeWithoutResult(status -> chains.append(List.of(e))));
    }

    @Override
    public void record(Transfer t) {
      jdbc.sql(
              "insert into transfer (uid, tenant, account, session_id, source, protocol,"
                  + " direction, store, path, bytes, outcome, code, correlation_id, started_at,"
                  + " ended_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
          .param(t.id())
          .param(t.tenant())
          .param(t.account())
          .param(t.sessionId())
          .param(t.source())
          .param(t.protocol().wireName())
          .param(t.direction().wireName())
          .param(t.store())
          .param(t.path())
          .param(t.bytes())
          .param(t.outcome().wireName())
          .param(t.code())
          .param(t.correlationId())
          .param(Timestamp.from(t.startedAt()))
          .param(Timestamp.from(t.endedAt()))
          .update();
    }

    @Override
    public void flush() {
      seen.chronicleFlushes.incrementAndGet();
    }
  }
}
