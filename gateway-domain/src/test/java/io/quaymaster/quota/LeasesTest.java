package io.quaymaster.quota;

import static io.quaymaster.files.FileFailure.Kind.QUOTA_FILES;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What is asked and what is refused between two moments of the database. */
class LeasesTest {
  private final TestDatabase database = TestDatabase.migrated();
  private final UUID process = UUID.randomUUID();
  private final AtStatement source = new AtStatement();
  private ScopeLedger scope;
  private Leases leases;

  /** Each statement takes a connection; before one of them something happens elsewhere. */
  private final class AtStatement extends DelegatingDataSource {
    private int untilEvent = Integer.MAX_VALUE;
    private String event = "";

    AtStatement() {
      super(database.dataSource());
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (untilEvent-- == 0) {
        database.execute(event);
      }
      return super.getConnection();
    }
  }

  /** A tenant whose two files another process holds. */
  @BeforeEach
  void open() throws SQLException {
    database.execute(
        "insert into tenant (name, display_name, created_at, updated_at, version)"
            + " values ('acme', 'x', now(), now(), 0)");
    database.execute(
        "insert into quota_scope (tenant_id, files_limit, files_reserved)"
            + " select id, 2, 2 from tenant");
    LedgerTable table = new LedgerTable(JdbcClient.create(source), process);
    new ProcessTable(JdbcClient.create(source), process).register();
    long tenant = JdbcClient.create(source).sql("select id from tenant").query(Long.class).single();
    ScopeRow row = table.tenantScope(tenant);
    scope = new ScopeLedger(row, 0);
    leases =
        new Leases(
            table,
            LedgerSettings.DEFAULTS,
            new LedgerMeters(new SimpleMeterRegistry()),
            () -> {},
            id -> {});
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatIsGivenBackWhileWeLookWhyNotIsTaken() throws Exception {
    // Asked twice in vain; then, before the third statement, which looks why, it is given back.
    source.untilEvent = 2;
    source.event = "update quota_scope set files_reserved = 0";
    leases.reserve(scope, new Amount(0, 1));
    assertThat(scope.heldNow()).isEqualTo(new Amount(0, 1));
  }

  @Test
  void whatIsUsedAtOneMomentIsRefused() throws Exception {
    source.untilEvent = 2;
    source.event = "update quota_scope set files_reserved = 0, files_used = 2";
    fails(() -> leases.reserve(scope, new Amount(0, 1)), QUOTA_FILES);
    assertThat(scope.heldNow()).isEqualTo(Amount.NONE);
  }
}
