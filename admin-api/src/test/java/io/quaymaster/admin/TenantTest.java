package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TenantTest extends AdminApiTest {
  private static final String TENANTS = "/api/v1/tenants";

  @Test
  void aTenantIsMadeAndShown() {
    String name = name("acme");
    Answer made =
        platformAdmin()
            .post(
                TENANTS,
                """
                {"name":"%s","displayName":"Acme Ltd",
                 "limits":{"bytes":1000,"files":10,"sessions":5,"bytesPerSecond":2000}}
                """
                    .formatted(name))
            .created();
    assertThat(made.header("Location")).isEqualTo(TENANTS + "/" + name);
    Answer shown = platformAdmin().get(TENANTS + "/" + name).ok();
    assertThat(shown.json()).isEqualTo(made.json());
    assertThat(shown.etag()).isEqualTo(made.etag());
    JsonNode limits = shown.json().get("limits");
    assertThat(limits.get("bytes").longValue()).isEqualTo(1000);
    assertThat(limits.get("files").longValue()).isEqualTo(10);
    assertThat(limits.get("sessions").longValue()).isEqualTo(5);
    assertThat(limits.get("bytesPerSecond").longValue()).isEqualTo(2000);
    assertThat(shown.text("createdAt")).endsWith("Z");
    platformAdmin()
        .post(TENANTS, "{\"name\":\"%s\"}".formatted(name))
        .problem(409, "TENANT_EXISTS");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|name",
        "{'name':'Acme'}|name",
        "{'name':'-a'}|name",
        "{'name':'a','displayName':''}|displayName",
        "{'name':'a','displayName':'a\\nb'}|displayName",
        "{'name':'a','limits':{'bytes':-1}}|limits.bytes",
        "{'name':'a','limits':{'files':-1}}|limits.files",
        "{'name':'a','limits':{'sessions':-1}}|limits.sessions",
        "{'name':'a','limits':{'bytesPerSecond':0}}|limits.bytesPerSecond",
        "{'name':'a','limits':{'bytes':'5'}}|limits.bytes",
        "{'name':'a','limits':{'bytes':1.5}}|limits.bytes",
        "{'name':'a','limits':{'bytes':99999999999999999999}}|limits.bytes",
        "{'name':'a','limits':5}|limits",
        "{'name':5}|name",
        "{'name':'a','limits':{'gold':1}}|limits.gold",
        "{'name':'a','nmae':1}|nmae",
      })
  void aWrongFieldIsNamed(String json, String field) {
    platformAdmin().post(TENANTS, json.replace('\'', '"')).wrong(field);
  }

  @Test
  void allWrongFieldsAreNamedAtOnce() {
    platformAdmin()
        .post(TENANTS, "{\"name\":\"A\",\"limits\":{\"bytes\":-1,\"files\":-1}}")
        .wrong("name", "limits.bytes", "limits.files");
  }

  @Test
  void aPatchChangesWhatItNames() {
    String path = tenantPath(tenant());
    platformAdmin()
        .patch(path, "{\"displayName\":\"New\",\"limits\":{\"bytes\":5,\"sessions\":3}}")
        .ok();
    Answer changed = platformAdmin().patch(path, "{\"limits\":{\"sessions\":null}}").ok();
    assertThat(changed.text("displayName")).isEqualTo("New");
    assertThat(changed.json().get("limits").get("bytes").longValue()).isEqualTo(5);
    assertThat(changed.json().get("limits").get("sessions").isNull()).isTrue();
    assertThat(platformAdmin().get(path).ok().json()).isEqualTo(changed.json());
    platformAdmin().patch(path, "{\"limits\":null}").ok();
    assertThat(platformAdmin().get(path).json().get("limits").get("bytes").isNull()).isTrue();
    platformAdmin()
        .send(
            "PATCH",
            path,
            "{\"displayName\":\"M\"}",
            Map.of("Content-Type", "application/merge-patch+json"))
        .ok();
  }

  @Test
  void aWrongPatchIsRefused() {
    String path = tenantPath(tenant());
    platformAdmin().patch(path, "{\"displayName\":null}").wrong("displayName");
    platformAdmin().patch(path, "{\"name\":\"other\"}").wrong("name");
    platformAdmin().patch(path, "{\"limts\":null}").wrong("limts");
    platformAdmin().patch(path, "{\"limits\":{\"bytes\":-5}}").wrong("limits.bytes");
    platformAdmin().patch(path, "[]").wrong("");
  }

  @Test
  void anUpdateOfAnotherVersionIsRefused() {
    String path = tenantPath(tenant());
    String first = platformAdmin().get(path).etag();
    String second = platformAdmin().patchIf(path, first, "{\"displayName\":\"B\"}").ok().etag();
    assertThat(second).isNotEqualTo(first);
    platformAdmin()
        .patchIf(path, first, "{\"displayName\":\"C\"}")
        .problem(412, "PRECONDITION_FAILED");
    platformAdmin().patchIf(path, "W/" + second, "{}").problem(412, "PRECONDITION_FAILED");
    platformAdmin().patchIf(path, "*", "{\"displayName\":\"D\"}").ok();
    platformAdmin()
        .send("DELETE", path, "", Map.of("If-Match", second))
        .problem(412, "PRECONDITION_FAILED");
    platformAdmin().delete(path).noContent();
  }

  /** Only a limit in the ledger's table changes: that is a new version too. */
  @Test
  void anotherQuotaIsAnotherVersion() {
    String path = tenantPath(tenant());
    String before = platformAdmin().get(path).etag();
    assertThat(platformAdmin().patch(path, "{\"limits\":{\"bytes\":7}}").ok().etag())
        .isNotEqualTo(before);
  }

  @Test
  void onlyAnEmptyTenantIsDeleted() {
    String tenant = tenantWithStore();
    tenantToken(tenant);
    platformAdmin().delete(tenantPath(tenant)).problem(409, "TENANT_NOT_EMPTY");
    makeAccount(tenant, "alice", "");
    platformAdmin().delete(tenantPath(tenant) + "/stores/main").problem(409, "STORE_IN_USE");
    platformAdmin().delete(account(tenant, "alice")).noContent();
    platformAdmin().delete(tenantPath(tenant) + "/stores/main").noContent();
    platformAdmin().delete(tenantPath(tenant)).noContent();
    platformAdmin().get(tenantPath(tenant)).problem(404, "NOT_FOUND");
    platformAdmin().delete(tenantPath(tenant)).problem(404, "NOT_FOUND");
    assertThat(
            jdbc.sql(
                    "select count(*) from quota_scope s left join tenant t on t.id = s.tenant_id"
                        + " where t.id is null")
                .query(Long.class)
                .single())
        .isZero();
  }

  @Test
  void usageIsReadFromTheLedger() {
    String tenant = tenant();
    platformAdmin().patch(tenantPath(tenant), "{\"limits\":{\"bytes\":100}}").ok();
    jdbc.sql(
            "update quota_scope set bytes_used = 30, bytes_reserved = 5, files_used = 2"
                + " where store_id is null and tenant_id = (select id from tenant where name = ?)")
        .param(tenant)
        .update();
    int flushes = seen.usageFlushes.get();
    assertThat(platformAdmin().get(tenantPath(tenant) + "/usage").ok().response().body())
        .isEqualTo(
            "{\"bytes\":{\"used\":30,\"reserved\":5,\"limit\":100},"
                + "\"files\":{\"used\":2,\"reserved\":0,\"limit\":null}}");
    assertThat(seen.usageFlushes.get()).isGreaterThan(flushes);
  }

  /** Tenants are made and deleted between the pages: nothing is missed and nothing comes twice. */
  @Test
  void pagesHaveNeitherGapsNorRepetitions() {
    List<String> mine = List.of(tenant(), tenant(), tenant(), tenant(), tenant());
    String cursor = "";
    List<String> read = new ArrayList<>();
    do {
      JsonNode page = platformAdmin().get(TENANTS + "?limit=2" + cursor).ok().json();
      page.get("items").forEach(item -> read.add(item.get("name").stringValue()));
      String extra = tenant();
      platformAdmin().delete(tenantPath(extra)).noContent();
      cursor = page.get("next").isNull() ? "" : "&cursor=" + page.get("next").stringValue();
    } while (!cursor.isEmpty());
    assertThat(read).doesNotHaveDuplicates().containsAll(mine);
  }

  @Test
  void wrongPagingIsNamed() {
    platformAdmin().get(TENANTS + "?limit=0").wrong("limit");
    platformAdmin().get(TENANTS + "?limit=1001").wrong("limit");
    platformAdmin().get(TENANTS + "?limit=many").wrong("limit");
    platformAdmin().get(TENANTS + "?cursor=abc").wrong("cursor");
    platformAdmin().get(TENANTS + "?cursor=!").wrong("cursor");
  }
}
