package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.access.FirstLockOut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Row-level security with the first lock taken out: an admin of one tenant whom every handler takes
 * for a platform admin reaches for another tenant through every handler there is, and gets nothing.
 */
class SecondLockTest extends AdminApiTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

  /** Sessions are in memory and not in the database; {@code HistoryTest} tries their only lock. */
  private static final String IN_MEMORY = "/api/v1/sessions";

  /** Bodies that are right in themselves: what is wrong is refused before anything is looked up. */
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("PATCH /api/v1/tenants/{tenant}", "{\"displayName\":\"Mine\"}"),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/stores",
              "{\"name\":\"new\",\"type\":\"local\",\"path\":\"second-lock\"}"),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/accounts",
              "{\"username\":\"eve\",\"home\":{\"store\":\"main\",\"path\":\"bob\"}}"),
          Map.entry(
              "PATCH /api/v1/tenants/{tenant}/accounts/{username}",
              "{\"permissions\":[\"list\"],\"password\":\"hunter2-hunter2\"}"),
          Map.entry(
              "PUT /api/v1/tenants/{tenant}/accounts/{username}/password",
              "{\"password\":\"hunter2-hunter2\"}"),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/accounts/{username}/keys",
              "{\"publicKey\":\"%s\"}".formatted(KEY)),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/accounts/{username}/totp/confirm",
              "{\"code\":\"123456\"}"),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/certificate-authorities",
              "{\"publicKey\":\"%s\"}".formatted(KEY)),
          Map.entry(
              "PATCH /api/v1/tenants/{tenant}/certificate-authorities/{id}",
              "{\"label\":\"mine\"}"),
          Map.entry(
              "POST /api/v1/tenants/{tenant}/certificate-authorities/{id}/revocations",
              "{\"serials\":[\"18\"]}"),
          Map.entry(
              "PUT /api/v1/tenants/{tenant}/certificate-authorities/{id}/revocation-list",
              "{\"krl\":\"U1NIS1JMCgAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}"));

  private static final Map<String, String> QUERIES =
      Map.of(
          "GET /api/v1/tenants/{tenant}/accounts/{username}/explain",
          "?operation=read&path=/a",
          "DELETE /api/v1/tenants/{tenant}/certificate-authorities/{id}/revocations",
          "?serial=17");

  @Autowired
  @Qualifier("requestMappingHandlerMapping")
  private RequestMappingHandlerMapping mapping;

  /** A tenant that has one of everything, each with its name in it. */
  private record Victim(String name, Map<String, String> ids) {
    /** A path with what this tenant really has. */
    String path(String pattern) {
      String filled = pattern.replace("{tenant}", name).replace("{store}", "main");
      filled = filled.replace("{username}", "bob");
      for (Map.Entry<String, String> id : ids.entrySet()) {
        filled = filled.replace(id.getKey() + "/{id}", id.getKey() + "/" + id.getValue());
      }
      assertThat(filled).as("a name for all that %s has in braces", pattern).doesNotContain("{");
      return filled;
    }
  }

  private record Endpoint(String method, String pattern) {
    String body() {
      return BODIES.getOrDefault(toString(), "");
    }

    boolean ofTenant() {
      return pattern.contains("{tenant}");
    }

    @Override
    public String toString() {
      return method + " " + pattern;
    }
  }

  private List<Endpoint> endpoints() {
    return mapping.getHandlerMethods().entrySet().stream()
        .filter(e -> e.getValue().hasMethodAnnotation(Allowed.class))
        .flatMap(
            e ->
                e.getKey().getPatternValues().stream()
                    .flatMap(
                        pattern ->
                            e.getKey().getMethodsCondition().getMethods().stream()
                                .map(method -> new Endpoint(method.name(), pattern))))
        .filter(e -> !e.pattern().startsWith(IN_MEMORY))
        .toList();
  }

  private Victim victim() {
    String name = tenantWithStore();
    makeAccount(name, "bob", ",\"password\":\"hunter2-hunter2\"");
    String key = made(account(name, "bob") + "/keys", label(KEY, name));
    platformAdmin().post(account(name, "bob") + "/totp", "").created();
    String authority = made(tenantPath(name) + "/certificate-authorities", label(KEY, name));
    platformAdmin()
        .post(
            tenantPath(name) + "/certificate-authorities/" + authority + "/revocations",
            "{\"serials\":[\"17\"]}")
        .ok();
    String token =
        made(
            "/api/v1/tokens",
            "{\"name\":\"of %1$s\",\"role\":\"tenant-admin\",\"tenant\":\"%1$s\"}".formatted(name));
    jdbc.sql(
            """
            insert into transfer (uid, tenant, account, session_id, source, protocol, direction, store, path, bytes,
                                  outcome, correlation_id, started_at, ended_at)
            values (gen_random_uuid(), ?, 'bob', 's', '192.0.2.1', 'sftp', 'upload', 'main', '/a', 1, 'completed',
                    'abcdefgh', now(), now())
            """)
        .param(name)
        .update();
    long ban =
        jdbc.sql(
                """
                insert into ban (tenant, username, reason, strikes, imposed_at, ends_at)
                values (?, 'bob', 'auth-failed', 2, now(), now() + interval '1 hour') returning id
                """)
            .param(name)
            .query((row, _) -> row.getLong(1))
            .single();
    return new Victim(
        name,
        Map.of(
            "keys", key,
            "certificate-authorities", authority,
            "tokens", token,
            "bans", Long.toString(ban)));
  }

  private String made(String path, String body) {
    return platformAdmin().post(path, body).created().text("id");
  }

  private static String label(String key, String label) {
    return "{\"publicKey\":\"%s\",\"label\":\"%s\"}".formatted(key, label);
  }

  private static Answer withoutFirstLock(Api admin, Endpoint e, String path) {
    return admin.send(e.method(), path, e.body(), Map.of(FirstLockOut.HEADER, "out"));
  }

  @Test
  void whatIsAnothersIsNotThere() {
    Victim victim = victim();
    Api eve = tenantAdmin(tenantWithStore());
    Map<String, String> before = everything();
    for (Endpoint e : endpoints()) {
      if (e.pattern().contains("{")) {
        String path = victim.path(e.pattern()) + QUERIES.getOrDefault(e.toString(), "");
        withoutFirstLock(eve, e, path).problem(404, "NOT_FOUND");
      }
    }
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void nothingOfAnothersIsListed() {
    Victim victim = victim();
    String mine = tenantWithStore();
    Api eve = tenantAdmin(mine);
    for (Endpoint e : endpoints()) {
      if (e.method().equals("GET") && !e.ofTenant() && !e.pattern().contains("{")) {
        Answer all = withoutFirstLock(eve, e, e.pattern());
        assertThat(all.ok().response().body()).as(e.toString()).doesNotContain(victim.name());
        Answer named = withoutFirstLock(eve, e, e.pattern() + "?tenant=" + victim.name());
        assertThat(
                named.response().statusCode() == 404
                    || !named.response().body().contains(victim.name()))
            .as("%s: %s", e, named.response().body())
            .isTrue();
      }
    }
    Endpoint tenants = new Endpoint("GET", "/api/v1/tenants");
    assertThat(withoutFirstLock(eve, tenants, tenants.pattern()).json().get("items"))
        .as("its own is there")
        .singleElement()
        .satisfies(t -> assertThat(t.get("name").stringValue()).isEqualTo(mine));
  }

  /** So what the tests above miss is really there to be missed. */
  @Test
  void aPlatformAdminFindsItAll() {
    Victim victim = victim();
    for (String list : List.of("tenants", "tokens", "bans", "transfers", "audit")) {
      assertThat(platformAdmin().all("/api/v1/" + list, 100).toString())
          .as(list)
          .contains(victim.name());
    }
    assertThat(platformAdmin().get("/api/v1/audit/export").ok().response().body())
        .contains(victim.name());
    assertThat(platformAdmin().get("/api/v1/audit/verify").ok().response().body())
        .contains(victim.name());
    for (Endpoint e : endpoints()) {
      if (e.method().equals("GET") && e.pattern().contains("{")) {
        String path = victim.path(e.pattern()) + QUERIES.getOrDefault(e.toString(), "");
        platformAdmin().get(path).ok();
      }
    }
  }

  /** What is nobody's or everybody's is not made either. */
  @Test
  void nothingIsMadeBeyondTheTenant() {
    String mine = tenant();
    Api eve = tenantAdmin(mine);
    Map<String, String> out = Map.of(FirstLockOut.HEADER, "out");
    Map<String, String> before = everything();
    for (Map.Entry<String, String> wanted :
        Map.of(
                "/api/v1/tenants",
                "{\"name\":\"%s\"}".formatted(name("evil")),
                "/api/v1/tokens",
                "{\"name\":\"root\",\"role\":\"platform-admin\"}",
                "/api/v1/bans",
                "{\"network\":\"0.0.0.0/8\",\"reason\":\"x\",\"until\":\"2035-01-01T00:00:00Z\"}")
            .entrySet()) {
      eve.send("POST", wanted.getKey(), wanted.getValue(), out).problem(403, "FORBIDDEN");
    }
    assertThat(everything()).isEqualTo(before);
  }

  /** A connection that was a tenant's serves the next one as if nothing had been. */
  @Test
  void connectionsAreSetFreeAgain() {
    String mine = tenantWithStore();
    Api eve = tenantAdmin(mine);
    for (int i = 0; i < 30; i++) {
      eve.get("/api/v1/tenants/" + mine).ok();
      eve.post(accounts(mine), "{\"username\":\"bad\"}").status(422);
      platformAdmin().get("/api/v1/tenants/" + mine).ok();
    }
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      settings.add(
          Objects.requireNonNull(
              jdbc.sql("select coalesce(current_setting('quaymaster.tenant', true), '')")
                  .query((row, _) -> row.getString(1))
                  .single()));
    }
    assertThat(settings).containsOnly("");
  }

  /** A digest of each table but of those that also tell of what was refused, and of tokens' use. */
  private Map<String, String> everything() {
    Map<String, String> digests = new TreeMap<>();
    List<String> tables =
        jdbc.sql(
                """
                select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
                  and relname not like 'audit_%'
                """)
            .query((row, _) -> row.getString(1))
            .list();
    for (String table : tables) {
      String row = table.equals("api_token") ? "(t.id, t.name, t.revoked_at)" : "t";
      digests.put(table, digest(table, row));
    }
    return digests;
  }

  private String digest(String table, String row) {
    @Nullable String digest =
        jdbc.sql(
                "select md5(string_agg(%2$s::text, ',' order by %2$s::text)) from %1$s t"
                    .formatted(table, row))
            .query((found, _) -> Stream.ofNullable(found.getString(1)).findFirst().orElse("empty"))
            .single();
    return Objects.requireNonNull(digest);
  }
}
