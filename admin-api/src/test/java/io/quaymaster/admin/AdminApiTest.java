package io.quaymaster.admin;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.admin.TestGateway.Seen;
import io.quaymaster.db.TestDatabase;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The stage of all plays: one gateway and one database for all of them, so each play has tenants of
 * its own.
 */
@SpringBootTest(classes = TestGateway.class, webEnvironment = WebEnvironment.RANDOM_PORT)
abstract class AdminApiTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @LocalServerPort private int port;
  @Autowired JdbcClient jdbc;
  @Autowired Seen seen;
  @Autowired TestGateway.Sessions sessions;

  private static volatile @Nullable TestDatabase shared;

  @DynamicPropertySource
  static void database(DynamicPropertyRegistry properties) {
    TestDatabase database = TestDatabase.empty();
    shared = database;
    properties.add("spring.datasource.url", database::url);
    properties.add("spring.datasource.username", database::username);
    properties.add("spring.datasource.password", database::password);
  }

  /** Cuts all connections of the gateway's pool, as a database does that restarts. */
  static void cutDatabaseConnections() throws SQLException {
    TestDatabase database = Objects.requireNonNull(shared);
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where datname = current_database() and pid <> pg_backend_pid()");
  }

  final Api as(String token) {
    return new Api(port, token);
  }

  final Api platformAdmin() {
    return as(TestGateway.BOOTSTRAP);
  }

  final Api nobody() {
    return as("");
  }

  final int port() {
    return port;
  }

  /** A name that no other play uses. */
  static String name(String kind) {
    return kind + "-" + NUMBER.incrementAndGet();
  }

  /** A tenant of this play's own. */
  final String tenant() {
    String name = name("tenant");
    platformAdmin().post("/api/v1/tenants", "{\"name\":\"%s\"}".formatted(name)).created();
    return name;
  }

  /** A tenant with a store {@code main}. */
  final String tenantWithStore() {
    String tenant = tenant();
    platformAdmin()
        .post(
            tenantPath(tenant) + "/stores",
            "{\"name\":\"main\",\"type\":\"local\",\"path\":\"%s\"}".formatted(tenant))
        .created();
    return tenant;
  }

  final Api tenantAdmin(String tenant) {
    return as(tenantToken(tenant));
  }

  final String tenantToken(String tenant) {
    return platformAdmin()
        .post(
            "/api/v1/tokens",
            "{\"name\":\"admin of %s\",\"role\":\"tenant-admin\",\"tenant\":\"%s\"}"
                .formatted(tenant, tenant))
        .created()
        .text("token");
  }

  /** Reads of one tenant. */
  final Api auditor(String tenant) {
    return as(token("auditor", tenant));
  }

  /**
   * A token of any kind.
   *
   * @param tenant null: of the whole platform
   * @param scopes none: all of the role
   */
  final String token(String role, @Nullable String tenant, String... scopes) {
    return platformAdmin()
        .post("/api/v1/tokens", tokenJson(role, tenant, scopes))
        .created()
        .text("token");
  }

  static String tokenJson(String role, @Nullable String tenant, String... scopes) {
    return "{\"name\":\"a %s\",\"role\":\"%s\"%s%s}"
        .formatted(
            role,
            role,
            tenant == null ? "" : ",\"tenant\":\"" + tenant + "\"",
            scopes.length == 0 ? "" : ",\"scopes\":[\"" + String.join("\",\"", scopes) + "\"]");
  }

  static String tenantPath(String tenant) {
    return "/api/v1/tenants/" + tenant;
  }

  static String accounts(String tenant) {
    return tenantPath(tenant) + "/accounts";
  }

  static String account(String tenant, String username) {
    return accounts(tenant) + "/" + username;
  }

  /** An account that lives in {@code main} under its own name. */
  final Answer makeAccount(String tenant, String username, String moreFields) {
    return platformAdmin()
        .post(
            accounts(tenant),
            "{\"username\":\"%s\",\"home\":{\"store\":\"main\",\"path\":\"%s\"}%s}"
                .formatted(username, username, moreFields))
        .created();
  }
}
