package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.ReachOperation.Param;
import io.quaymaster.session.LiveSession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One of everything that a tenant can have. All names have the tenant's in them, so that whoever
 * sees one sees whose it is.
 *
 * @param values of parameters in paths
 */
record ReachThings(
    String tenant, String username, String store, LiveSession session, Map<String, String> values) {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A key revocation list without a section. */
  private static final byte[] EMPTY_LIST =
      ByteBuffer.allocate(44).putLong(0x5353484b524c0a00L).putInt(1).array();

  static ReachThings make(AdminApiTest stage, String tenant) {
    Api root = stage.platformAdmin();
    String tenantPath = "/api/v1/tenants/" + tenant;
    String username = "u-" + tenant;
    String store = "s-" + tenant;
    root.post("/api/v1/tenants", json("{'name':'%s'}".formatted(tenant))).created();
    root.post(
            tenantPath + "/stores",
            json("{'name':'%s','type':'local','path':'%1$s'}".formatted(store)))
        .created();
    String account = tenantPath + "/accounts/" + username;
    root.post(
            tenantPath + "/accounts",
            json("{'username':'%s','password':'correct horse"
                    + " battery','home':{'store':'%s','path':'h'}}")
                .formatted(username, store))
        .created();
    String key =
        root.post(
                account + "/keys", json("{'publicKey':'%s','label':'%s'}".formatted(key(), tenant)))
            .created()
            .text("id");
    root.post(account + "/totp", "").created();
    String authorities = tenantPath + "/certificate-authorities";
    String authority =
        root.post(authorities, json("{'publicKey':'%s','label':'%s'}".formatted(key(), tenant)))
            .created()
            .text("id");
    root.post(authorities + "/" + authority + "/revocations", json("{'serials':['17']}")).ok();
    String token =
        root.post(
                "/api/v1/tokens",
                json("{'name':'t %s','role':'tenant-admin','tenant':'%1$s'}".formatted(tenant)))
            .created()
            .text("id");
    LiveSession session = session(tenant, username);
    stage.sessions.open.add(session);
    long ban =
        stage
            .jdbc
            .sql(
                "insert into ban (tenant, username, reason, strikes, imposed_at, ends_at)"
                    + " values (?, ?, 'auth-failed', 2, now(), now() + interval '1 hour')"
                    + " returning id")
            .params(tenant, username)
            .query((row, n) -> row.getLong(1))
            .single();
    return new ReachThings(
        tenant,
        username,
        store,
        session,
        Map.of(
            "tenants/{tenant}", tenant,
            "accounts/{username}", username,
            "stores/{store}", store,
            "keys/{id}", key,
            "certificate-authorities/{id}", authority,
            "tokens/{id}", token,
            "sessions/{id}", session.id(),
            "bans/{id}", Long.toString(ban)));
  }

  private static LiveSession session(String tenant, String username) {
    return new LiveSession(
        UUID.randomUUID().toString(),
        3,
        tenant,
        username,
        7,
        "192.0.2.9",
        "OpenSSH_9.2",
        "password",
        List.of(),
        List.of(),
        Set.of("sftp"),
        Instant.EPOCH,
        Instant.EPOCH,
        1,
        2);
  }

  private static String key() {
    byte[] point = new byte[32];
    RANDOM.nextBytes(point);
    byte[] type = "ssh-ed25519".getBytes(StandardCharsets.US_ASCII);
    byte[] blob =
        ByteBuffer.allocate(8 + type.length + point.length)
            .putInt(type.length)
            .put(type)
            .putInt(point.length)
            .put(point)
            .array();
    return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob);
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  /** Of a parameter in a path. */
  String value(Param param) {
    assertThat(values)
        .as("a value for the parameter of a new operation")
        .containsKey(param.toString());
    return values.getOrDefault(param.toString(), "");
  }

  /** Of a parameter behind the path. */
  String query(String name) {
    return switch (name) {
      case "tenant" -> tenant;
      case "account" -> username;
      case "source" -> session.source();
      case "operation" -> "read";
      case "path" -> "/";
      case "protocol" -> "sftp";
      case "serial" -> "17";
      case "keyId" -> "none";
      case "since", "until" -> "2001-01-01T00:00:00Z";
      case "action" -> "account.create";
      case "outcome" -> "ok";
      case "correlationId" -> "00000000";
      case "cursor" -> "";
      case "limit" -> "1000";
      default -> throw new AssertionError("a new parameter, give it a value here: " + name);
    };
  }

  /** A body that an admin who may would send; where it names things, they are these. */
  String body(String operation) {
    String authority = "/api/v1/tenants/{tenant}/certificate-authorities";
    String account = "/api/v1/tenants/{tenant}/accounts";
    String found =
        Map.ofEntries(
                Map.entry("POST /api/v1/tenants", json("{'name':'made-%s'}".formatted(tenant))),
                Map.entry("PATCH /api/v1/tenants/{tenant}", json("{'displayName':'Changed'}")),
                Map.entry(
                    "POST /api/v1/tenants/{tenant}/stores",
                    json("{'name':'made-%s','type':'local','path':'made'}".formatted(tenant))),
                Map.entry(
                    "POST " + account,
                    json(
                        "{'username':'made','home':{'store':'%s','path':'made'}}"
                            .formatted(store))),
                Map.entry("PATCH " + account + "/{username}", json("{'protocols':['scp']}")),
                Map.entry(
                    "PUT " + account + "/{username}/password",
                    json("{'password':'another horse battery'}")),
                Map.entry(
                    "POST " + account + "/{username}/keys",
                    json("{'publicKey':'%s'}".formatted(key()))),
                Map.entry(
                    "POST " + account + "/{username}/totp/confirm", json("{'code':'000000'}")),
                Map.entry("POST " + authority, json("{'publicKey':'%s'}".formatted(key()))),
                Map.entry("PATCH " + authority + "/{id}", json("{'label':'changed'}")),
                Map.entry("POST " + authority + "/{id}/revocations", json("{'serials':['18']}")),
                Map.entry(
                    "PUT " + authority + "/{id}/revocation-list",
                    json("{'krl':'%s'}".formatted(Base64.getEncoder().encodeToString(EMPTY_LIST)))),
                Map.entry(
                    "POST /api/v1/tokens",
                    json("{'name':'made','role':'tenant-admin','tenant':'%s'}".formatted(tenant))),
                Map.entry(
                    "POST /api/v1/bans",
                    json(
                        "{'network':'198.18.7.0/24','reason':'x','until':'2035-01-01T00:00:00Z'}")))
            .get(operation);
    if (found == null) {
      throw new AssertionError("a new operation, give it a body here: " + operation);
    }
    return found;
  }

  /**
   * All rows of all tables, but for when tokens were used last, and of the audit log those of this
   * tenant: what others were refused belongs to them.
   */
  List<String> dump(AdminApiTest stage) {
    List<String> rows = new ArrayList<>();
    List<String> tables =
        stage
            .jdbc
            .sql(
                "select table_name from information_schema.tables where table_schema ="
                    + " current_schema() and table_type = 'BASE TABLE' order by 1")
            .query((row, n) -> row.getString(1))
            .list();
    assertThat(tables).contains("account", "audit_event", "api_token", "tenant");
    for (String table : tables) {
      String which = table.startsWith("audit_") ? " where r->>'chain' = '" + tenant + "'" : "";
      String all =
          "select r::text from (select to_jsonb(t) - 'last_used_at' as r from %s t) x%s order by 1"
              .formatted(table, which);
      stage.jdbc.sql(all).query((row, n) -> table + row.getString(1)).list().forEach(rows::add);
    }
    return rows;
  }
}
