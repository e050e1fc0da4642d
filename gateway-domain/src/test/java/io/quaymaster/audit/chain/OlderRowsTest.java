package io.quaymaster.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the migration chained, the gateway's verifier finds intact: two hands, one canonical form.
 */
class OlderRowsTest {
  @TempDir Path folder;

  @Test
  void rowsOfTheFirstSchemaAreIntact() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      Flyway.configure()
          .configuration(database.flyway().getConfiguration())
          .target(MigrationVersion.fromVersion("2"))
          .load()
          .migrate();
      database.execute(
          "insert into tenant (name, display_name, created_at, updated_at, version)"
              + " values ('acme', 'Acme', now(), now(), 0)");
      database.execute(
          """
          insert into audit_event (uid, at, tenant, account, actor, source, session_id, action, outcome, code,
                                   correlation_id, detail)
          select gen_random_uuid(), now() - (90 - i) * interval '1.000001 day',
                 case i % 3 when 0 then 'acme' when 1 then 'stranger' end, 'ä' || i, 'root', '192.0.2.1', '', 'login',
                 'refused', 'CODE', 'abc', jsonb_build_object('zz', 'ü', 'a', '', U&'\\FFFD', 'x', U&'\\+01F6A2', 'y')
          from generate_series(1, 90) i
          """);

      database.flyway().migrate();

      var source = database.dataSource();
      Verification found =
          new AuditTrail(source, new VerifyingKeys(List.of()), Anchors.in(folder.resolve("none")))
              .verify(null);
      assertThat(found.findings()).isEmpty();
      assertThat(found.chains())
          .containsExactly(
              new ChainReport("", 1, 60, 60, 0, false),
              new ChainReport("acme", 1, 30, 30, 0, false));
    }
  }
}
