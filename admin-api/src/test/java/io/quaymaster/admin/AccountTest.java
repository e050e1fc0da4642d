package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.account.AccountEvent;
import io.quaymaster.admin.Api.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AccountTest extends AdminApiTest {
  /** A merge patch takes the other half from what is there. */
  private static final Set<String> ONLY_IN_NEW_ACCOUNTS =
      Set.of("'home':{'path':'a'}", "'home':{'store':'main'}");

  private static final String FULL =
      """
      {"username":"alice","password":"correct horse","home":{"store":"main","path":"partners/alice"},
       "mounts":[{"path":"/lake","store":"main","prefix":"lake","permissions":["list","read"],
                  "limits":{"bytes":77,"files":7}}],
       "limits":{"bytes":1000,"files":100,"sessions":4,"bytesPerSecond":5000,"maxFileBytes":500},
       "permissions":["list","read","write","create","delete","rename","mkdir","rmdir","setattr","link"],
       "protocols":["sftp","scp"],"sources":["203.0.113.0/24","2001:db8::/32"],
       "expiresAt":"2040-01-31T12:00:00.123456Z","publish":"on-close",
       "sftp":{"readOnly":true,"umask":"027","startDirectory":"/in","allowRequests":["open","read"],
               "denyRequests":["symlink"]}}
      """;

  @Test
  void anAccountIsMadeAndShownInFull() {
    String tenant = tenantWithStore();
    Answer made = platformAdmin().post(accounts(tenant), FULL).created();
    assertThat(made.header("Location")).isEqualTo(account(tenant, "alice"));
    Answer shown = platformAdmin().get(account(tenant, "alice")).ok();
    assertThat(shown.json()).isEqualTo(made.json());
    assertThat(shown.etag()).isEqualTo(made.etag());
    JsonNode sent = JsonMapper.shared().readTree(FULL);
    for (String field :
        List.of(
            "username",
            "home",
            "limits",
            "permissions",
            "protocols",
            "expiresAt",
            "publish",
            "sftp",
            "mounts")) {
      assertThat(shown.json().get(field)).as(field).isEqualTo(sent.get(field));
    }
    assertThat(shown.json().get("sources").toString())
        .isEqualTo("[\"203.0.113.0/24\",\"2001:db8:0:0:0:0:0:0/32\"]");
    assertThat(shown.text("status")).isEqualTo("active");
    assertThat(shown.json().get("hasPassword").booleanValue()).isTrue();
    assertThat(shown.json().get("lastLoginAt").isNull()).isTrue();
    platformAdmin().post(accounts(tenant), FULL).problem(409, "ACCOUNT_EXISTS");
  }

  @Test
  void whatIsAbsentHasADefault() {
    String tenant = tenantWithStore();
    JsonNode made = makeAccount(tenant, "bob", "").json();
    assertThat(made.get("permissions")).hasSize(10);
    assertThat(made.get("protocols").toString()).isEqualTo("[\"sftp\",\"scp\"]");
    assertThat(made.get("publish").stringValue()).isEqualTo("immediate");
    assertThat(made.get("hasPassword").booleanValue()).isFalse();
    assertThat(made.get("sources")).isEmpty();
    assertThat(made.get("sftp").get("startDirectory").stringValue()).isEqualTo("/");
    assertThat(made.get("sftp").get("allowRequests").isNull()).isTrue();
    assertThat(made.get("limits").get("bytes").isNull()).isTrue();
  }

  /** Each line: what is added to an account that is right, and the field that is wrong then. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'username':'a b'|username",
        "'username':''|username",
        "'username':'-a'|username",
        "'username':null|username",
        "'password':''|password",
        "'password':5|password",
        "'home':null|home",
        "'home':{'path':'a'}|home.store",
        "'home':{'store':'main'}|home.path",
        "'home':{'store':'main','path':'../x'}|home.path",
        "'home':{'store':'main','path':'a\\u0000'}|home.path",
        "'home':{'store':'nowhere','path':'a'}|home.store",
        "'mounts':[null]|mounts[0]",
        "'mounts':[{'store':'main'}]|mounts[0].path",
        "'mounts':[{'path':'x','store':'main'}]|mounts[0].path",
        "'mounts':[{'path':'/','store':'main'}]|mounts[0].path",
        "'mounts':[{'path':'/a/../b','store':'main'}]|mounts[0].path",
        "'mounts':[{'path':'/x'}]|mounts[0].store",
        "'mounts':[{'path':'/x','store':'nowhere'}]|mounts[0].store",
        "'mounts':[{'path':'/x','store':'main','prefix':'..'}]|mounts[0].prefix",
        "'mounts':[{'path':'/x','store':'main','permissions':['fly']}]|mounts[0].permissions[0]",
        "'mounts':[{'path':'/x','store':'main','limits':{'bytes':-1}}]|mounts[0].limits.bytes",
        "'mounts':[{'path':'/x','store':'main','limits':{'files':-1}}]|mounts[0].limits.files",
        "'mounts':[{'path':'/x','store':'main','prefix':'p'},{'path':'/x/','store':'main'}]|mounts[1].path",
        "'mounts':[{'path':'/x','store':'main','prefix':'a','limits':{'bytes':1}}]|mounts[0].limits",
        "'mounts':[{'path':'/x','store':'main','gold':1}]|mounts[0].gold",
        "'limits':{'bytes':-1}|limits.bytes",
        "'limits':{'files':-1}|limits.files",
        "'limits':{'sessions':-1}|limits.sessions",
        "'limits':{'bytesPerSecond':0}|limits.bytesPerSecond",
        "'limits':{'maxFileBytes':-1}|limits.maxFileBytes",
        "'limits':{'bytes':true}|limits.bytes",
        "'permissions':['fly']|permissions[0]",
        "'permissions':['list',null]|permissions[1]",
        "'permissions':'list'|permissions",
        "'protocols':['ftp']|protocols[0]",
        "'sources':['10.0.0.1/8']|sources[0]",
        "'sources':['10.0.0.0/8','::1/200']|sources[1]",
        "'sources':['example.com']|sources[0]",
        "'expiresAt':'tomorrow'|expiresAt",
        "'expiresAt':'2030-01-01'|expiresAt",
        "'expiresAt':5|expiresAt",
        "'expiresAt':'+12000-01-01T00:00:00Z'|expiresAt",
        "'publish':'never'|publish",
        "'sftp':{'umask':'9'}|sftp.umask",
        "'sftp':{'umask':'1777'}|sftp.umask",
        "'sftp':{'umask':18}|sftp.umask",
        "'sftp':{'readOnly':'yes'}|sftp.readOnly",
        "'sftp':{'startDirectory':'in'}|sftp.startDirectory",
        "'sftp':{'startDirectory':'/../in'}|sftp.startDirectory",
        "'sftp':{'allowRequests':['fly']}|sftp.allowRequests[0]",
        "'sftp':{'denyRequests':['open','fly']}|sftp.denyRequests[1]",
        "'colour':'red'|colour",
      })
  void aWrongFieldIsNamed(String field, String named) {
    String tenant = tenantWithStore();
    JsonNode right =
        json("{'username':'carol','home':{'store':'main','path':'a'},'limits':{'bytes':9}}");
    JsonNode wrong = json("{" + field + "}");
    ((ObjectNode) right).setAll((ObjectNode) wrong);
    platformAdmin().post(accounts(tenant), right.toString()).wrong(named);
    assertThat(platformAdmin().all(accounts(tenant), 10)).isEmpty();
    if (!ONLY_IN_NEW_ACCOUNTS.contains(field) && !field.startsWith("'username'")) {
      makeAccount(tenant, "carol", ",\"limits\":{\"bytes\":9}");
      Answer before = platformAdmin().get(account(tenant, "carol")).ok();
      String patch = field.contains("'prefix':'a'") ? field.replace("'a'", "'carol'") : field;
      platformAdmin()
          .patch(account(tenant, "carol"), json("{" + patch + "}").toString())
          .wrong(named);
      assertThat(platformAdmin().get(account(tenant, "carol")).etag()).isEqualTo(before.etag());
    }
  }

  private static JsonNode json(String quoted) {
    return JsonMapper.shared().readTree(quoted.replace('\'', '"'));
  }

  @Test
  void listsAreBounded() {
    String tenant = tenantWithStore();
    String mounts =
        String.join(
            ",",
            IntStream.range(0, 17)
                .mapToObj(i -> "{\"path\":\"/m%d\",\"store\":\"main\"}".formatted(i))
                .toList());
    String sources =
        String.join(",", IntStream.range(0, 65).mapToObj(i -> "\"10.0.0." + i + "\"").toList());
    platformAdmin()
        .post(
            accounts(tenant),
            """
            {"username":"a","home":{"store":"main","path":"a"},"mounts":[%s],"sources":[%s]}
            """
                .formatted(mounts, sources))
        .wrong("mounts", "sources");
  }

  @Test
  void aPatchChangesWhatItNames() {
    String tenant = tenantWithStore();
    JsonNode before = platformAdmin().post(accounts(tenant), FULL).created().json();
    Answer changed =
        platformAdmin()
            .patch(
                account(tenant, "alice"),
                """
                {"username":"alice","limits":{"bytes":2000,"sessions":null},"expiresAt":null,
                 "sftp":{"umask":null},"permissions":["list"]}
                """)
            .ok();
    JsonNode after = platformAdmin().get(account(tenant, "alice")).ok().json();
    assertThat(after).isEqualTo(changed.json());
    assertThat(after.get("limits").toString())
        .isEqualTo(
            "{\"bytes\":2000,\"files\":100,\"sessions\":null,\"bytesPerSecond\":5000,\"maxFileBytes\":500}");
    assertThat(after.get("expiresAt").isNull()).isTrue();
    assertThat(after.get("sftp").get("umask").isNull()).isTrue();
    assertThat(after.get("sftp").get("readOnly").booleanValue()).isTrue();
    assertThat(after.get("permissions").toString()).isEqualTo("[\"list\"]");
    for (String field : List.of("home", "mounts", "protocols", "sources", "publish", "username")) {
      assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
    }
    platformAdmin().patch(account(tenant, "alice"), "{\"username\":\"x\"}").wrong("username");
  }

  @Test
  void mountsMayChangePlaces() {
    String tenant = tenantWithStore();
    String one = "{\"path\":\"/a\",\"store\":\"main\",\"prefix\":\"one\"}";
    String two = "{\"path\":\"/b\",\"store\":\"main\",\"prefix\":\"two\"}";
    makeAccount(tenant, "alice", ",\"mounts\":[" + one + "," + two + "]");
    JsonNode swapped =
        platformAdmin()
            .patch(account(tenant, "alice"), "{\"mounts\":[" + two + "," + one + "]}")
            .ok()
            .json();
    assertThat(swapped.get("mounts"))
        .extracting(m -> m.get("path").stringValue())
        .containsExactly("/b", "/a");
    assertThat(platformAdmin().get(account(tenant, "alice")).json()).isEqualTo(swapped);
  }

  @Test
  void anUpdateOfAnotherVersionIsRefused() {
    String tenant = tenantWithStore();
    String path = account(tenant, "alice");
    String first = makeAccount(tenant, "alice", "").etag();
    platformAdmin().patchIf(path, first, "{\"publish\":\"on-close\"}").ok();
    platformAdmin()
        .patchIf(path, first, "{\"publish\":\"immediate\"}")
        .problem(412, "PRECONDITION_FAILED");
    platformAdmin()
        .send("DELETE", path, "", Map.of("If-Match", first))
        .problem(412, "PRECONDITION_FAILED");
    platformAdmin().delete(path).noContent();
    platformAdmin().get(path).problem(404, "NOT_FOUND");
  }

  /** All know the same version: one wins, the others are told; nothing is lost in silence. */
  @Test
  void ofManyUpdatesOfOneVersionOneIsDone() throws Exception {
    String tenant = tenantWithStore();
    String etag = makeAccount(tenant, "alice", "").etag();
    List<Callable<Answer>> race =
        IntStream.range(1, 9)
            .<Callable<Answer>>mapToObj(
                i ->
                    () ->
                        platformAdmin()
                            .patchIf(
                                account(tenant, "alice"),
                                etag,
                                "{\"limits\":{\"sessions\":%d}}".formatted(i)))
            .toList();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Answer> answers =
          callers.invokeAll(race).stream().map(future -> future.resultNow()).toList();
      List<Answer> done = answers.stream().filter(a -> a.response().statusCode() == 200).toList();
      assertThat(done).hasSize(1);
      assertThat(answers).allMatch(a -> List.of(200, 409, 412).contains(a.response().statusCode()));
      assertThat(platformAdmin().get(account(tenant, "alice")).json())
          .isEqualTo(done.getFirst().json());
    }
  }

  @Test
  void suspendAndResumeMayBeRepeated() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    String path = account(tenant, "alice");
    for (int i = 0; i < 2; i++) {
      assertThat(platformAdmin().post(path + "/suspend", "").ok().text("status"))
          .isEqualTo("suspended");
      assertThat(lastEvent(tenant, "alice").endsSessions()).isTrue();
    }
    for (int i = 0; i < 2; i++) {
      assertThat(platformAdmin().post(path + "/resume", "").ok().text("status"))
          .isEqualTo("active");
      assertThat(lastEvent(tenant, "alice").endsSessions()).isFalse();
    }
    platformAdmin().post(account(tenant, "x") + "/suspend", "").problem(404, "NOT_FOUND");
    platformAdmin().post(account(tenant, "x") + "/resume", "").problem(404, "NOT_FOUND");
  }

  @Test
  void aPasswordIsHashedAndNeverShown() {
    String tenant = tenantWithStore();
    String path = account(tenant, "alice");
    makeAccount(tenant, "alice", "");
    platformAdmin().put(path + "/password", "{\"password\":\"hunter2-hunter2\"}").noContent();
    assertThat(platformAdmin().get(path).json().get("hasPassword").booleanValue()).isTrue();
    assertThat(hash(tenant)).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    String first = hash(tenant);
    platformAdmin().patch(path, "{\"password\":\"hunter3-hunter3\"}").ok();
    assertThat(hash(tenant)).isNotEqualTo(first);
    String shown =
        platformAdmin().get(path).response().body()
            + platformAdmin().get(accounts(tenant)).response().body()
            + platformAdmin().get("/api/v1/audit?tenant=" + tenant).response().body();
    assertThat(shown).contains("account.password").doesNotContain("hunter", "argon2");
    platformAdmin().patch(path, "{\"password\":null}").ok();
    assertThat(platformAdmin().get(path).json().get("hasPassword").booleanValue()).isFalse();
    platformAdmin().put(path + "/password", "{}").wrong("password");
    platformAdmin().put(path + "/password", "{\"password\":\"\"}").wrong("password");
    platformAdmin()
        .put(path + "/password", "{\"password\":\"%s\"}".formatted("x".repeat(513)))
        .wrong("password");
    platformAdmin()
        .put(account(tenant, "x") + "/password", "{\"password\":\"long enough\"}")
        .problem(404, "NOT_FOUND");
  }

  private String hash(String tenant) {
    return jdbc.sql(
            "select coalesce(password_hash, '') from account a join tenant t on t.id = a.tenant_id"
                + " where t.name = ?")
        .param(tenant)
        .query(String.class)
        .single();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'protocols':['sftp']}|true",
        "{'sources':['10.0.0.0/9']}|true",
        "{'sources':['10.0.0.0/7']}|false",
        "{'sources':[]}|false",
        "{'expiresAt':'2001-01-01T00:00:00Z'}|true",
        "{'expiresAt':'2101-01-01T00:00:00Z'}|false",
        "{'permissions':['list']}|true",
        "{'permissions':['list','read','write','create','delete','rename','mkdir','rmdir','setattr','link']}|false",
        "{'sftp':{'readOnly':true}}|true",
        "{'sftp':{'denyRequests':['symlink']}}|true",
        "{'sftp':{'umask':'027'}}|false",
        "{'home':{'store':'main','path':'elsewhere'}}|true",
        "{'mounts':[{'path':'/more','store':'main','prefix':'more','permissions':['list']}]}|false",
        "{'limits':{'bytes':5}}|false",
        "{'password':'a new password'}|false",
      })
  void someChangesEndSessions(String patch, boolean ends) {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", ",\"sources\":[\"10.0.0.0/8\"]");
    platformAdmin().patch(account(tenant, "alice"), patch.replace('\'', '"')).ok();
    assertThat(lastEvent(tenant, "alice").endsSessions()).isEqualTo(ends);
  }

  @Test
  void aRefusedChangeTellsNobody() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    int before = seen.events.size();
    platformAdmin().patch(account(tenant, "alice"), "{\"publish\":\"x\"}").wrong("publish");
    platformAdmin()
        .patchIf(account(tenant, "alice"), "\"99\"", "{\"protocols\":[\"sftp\"]}")
        .problem(412, "PRECONDITION_FAILED");
    assertThat(seen.events).hasSize(before);
  }

  @Test
  void deletingEndsSessions() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    long id = accountId(tenant, "alice");
    platformAdmin().delete(account(tenant, "alice")).noContent();
    assertThat(seen.events).contains(new AccountEvent.AccountDeleted(id));
    platformAdmin().delete(account(tenant, "alice")).problem(404, "NOT_FOUND");
  }

  @Test
  void pagesHaveNeitherGapsNorRepetitions() {
    String tenant = tenantWithStore();
    for (int i = 0; i < 7; i++) {
      makeAccount(tenant, "user" + i, "");
    }
    assertThat(platformAdmin().all(accounts(tenant), 3))
        .extracting(a -> a.get("username").stringValue())
        .containsExactly("user0", "user1", "user2", "user3", "user4", "user5", "user6");
  }

  private AccountEvent lastEvent(String tenant, String username) {
    long id = accountId(tenant, username);
    return seen.events.stream().filter(e -> e.accountId() == id).toList().getLast();
  }

  private long accountId(String tenant, String username) {
    return jdbc.sql(
            "select a.id from account a join tenant t on t.id = a.tenant_id"
                + " where t.name = ? and a.username = ?")
        .param(tenant)
        .param(username)
        .query(Long.class)
        .single();
  }
}
