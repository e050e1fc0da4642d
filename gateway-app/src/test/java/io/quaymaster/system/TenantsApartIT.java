package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.Rows;
import io.quaymaster.ssh.OpenSsh;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A tenant's admin at the packaged gateway, whose every connection is bound to the tenant: all that
 * it may do goes on, what the gateway does meanwhile for all tenants too.
 */
class TenantsApartIT {
  @TempDir Path folder;

  private static void upload(Partner partner, String file, int bytes) {
    OpenSsh client = partner.openSsh();
    client.write(file, bytes);
    client.sftp("put " + file).succeeds();
  }

  private static List<String> tenantsIn(JsonNode page) {
    return page.get("items").valueStream().map(i -> i.get("tenant").stringValue()).toList();
  }

  @Test
  void anAdminOfATenantWorksWithinIt() throws Exception {
    try (Quay quay = Quay.start(folder)) {
      quay.tenant("acme", Map.of());
      quay.tenant("globex", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      Partner bob = quay.partner("bob@globex", Map.of());
      AdminClient admin = tenantAdmin(quay, "acme");

      upload(alice, "mine", 123);
      upload(bob, "theirs", 456);
      // Asked at once, so it is this request that settles, for both tenants.
      assertThat(tenantsIn(admin.get("/transfers"))).containsExactly("acme");
      assertThat(tenantsIn(quay.admin().get("/transfers"))).contains("acme", "globex");
      upload(bob, "more", 1000);
      assertThat(admin.get("/tenants/acme/usage").get("bytes").get("used").longValue())
          .isEqualTo(123);
      assertThat(quay.tenantUsage("globex").bytes()).isEqualTo(1456);
      assertThat(tenantsIn(admin.get("/audit?limit=200"))).isNotEmpty().containsOnly("acme");
      assertThat(admin.get("/audit/verify").get("intact").booleanValue()).isTrue();
      JsonNode recount =
          admin.send("POST", "/tenants/acme/accounts/alice/usage/recount", null).body();
      assertThat(recount.get("correctedBytes").longValue()).isZero();
      assertThat(
              admin
                  .get("/tenants/acme/accounts/alice/explain?operation=read&path=/mine")
                  .get("allowed")
                  .booleanValue())
          .isTrue();
      admin.create(
          "/tenants/acme/accounts",
          Map.of("username", "carol", "home", Map.of("store", "main", "path", "carol")));
      assertThat(admin.send("POST", "/tenants/acme/accounts/alice/suspend", null).status())
          .isEqualTo(200);
      alice.openSsh().sftp("ls").fails();
      upload(bob, "last", 10);
      quay.isExact("globex", bob);
    }
  }

  /** A cluster of an earlier build belongs to its superuser, whom no policy binds. */
  @Test
  void theEmbeddedDatabaseBelongsToARoleThatIsBound() throws Exception {
    try (Quay quay = Quay.start(folder)) {
      quay.tenant("acme", Map.of());
      assertThat(ownersOfTables(quay)).containsExactly("quaymaster");
      try (Connection superuser = quay.process().connectToDatabase();
          Statement statement = superuser.createStatement()) {
        statement.execute(
            "alter table account owner to postgres; alter table audit_event owner to postgres;"
                + " alter function audit_make_partitions(timestamptz, timestamptz) owner to"
                + " postgres; alter sequence audit_event_number owner to postgres");
      }
      quay.process().stop();
      quay.restart();

      assertThat(ownersOfTables(quay)).containsExactly("quaymaster");
      assertThat(
              texts(
                  quay,
                  "select rolsuper or rolbypassrls from pg_roles where rolname = 'quaymaster'"))
          .containsExactly("f");
      quay.partner("alice@acme", Map.of()).openSsh().sftp("ls").succeeds();
    }
  }

  private static AdminClient tenantAdmin(Quay quay, String tenant) {
    JsonNode token =
        quay.admin()
            .create(
                "/tokens",
                Map.of("name", "admin of " + tenant, "role", "tenant-admin", "tenant", tenant));
    return new AdminClient(quay.process().adminUrl(), token.get("token").stringValue());
  }

  private static List<String> ownersOfTables(Quay quay) throws SQLException {
    return texts(
        quay,
        "select distinct pg_get_userbyid(relowner) from pg_class"
            + " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S')");
  }

  private static List<String> texts(Quay quay, String sql) throws SQLException {
    try (Connection superuser = quay.process().connectToDatabase()) {
      return Rows.texts(superuser, sql);
    }
  }
}
