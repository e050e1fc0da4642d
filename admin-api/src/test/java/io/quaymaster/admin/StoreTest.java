package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreTest extends AdminApiTest {
  private static String stores(String tenant) {
    return tenantPath(tenant) + "/stores";
  }

  private static String local(String name, String path) {
    return "{\"name\":\"%s\",\"type\":\"local\",\"path\":\"%s\"}".formatted(name, path);
  }

  @Test
  void aStoreIsMadePreparedAndShown() {
    String tenant = tenant();
    String name = name("store");
    Answer made =
        platformAdmin().post(stores(tenant), local(name, "/" + tenant + "//data/")).created();
    assertThat(made.text("path")).isEqualTo(tenant + "/data");
    assertThat(made.text("type")).isEqualTo("local");
    assertThat(seen.storesPrepared).contains(name);
    Answer shown = platformAdmin().get(made.header("Location")).ok();
    assertThat(shown.json()).isEqualTo(made.json());
    assertThat(shown.etag()).isEqualTo(made.etag());
    assertThat(platformAdmin().all(stores(tenant), 1)).containsExactly(shown.json());
    platformAdmin().post(stores(tenant), local(name, name("other"))).problem(409, "STORE_EXISTS");
    platformAdmin().get(stores(tenant) + "/nothing").problem(404, "NOT_FOUND");
    platformAdmin().delete(stores(tenant) + "/nothing").problem(404, "NOT_FOUND");
    platformAdmin().post(stores(tenant) + "/" + name + "/sweep", "").problem(409, "STORE_NOT_S3");
    platformAdmin().post(stores("no-such"), local("a", "b")).problem(404, "NOT_FOUND");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'local','path':'a'}|name",
        "{'name':'A','type':'local','path':'a'}|name",
        "{'name':'a','path':'a'}|type",
        "{'name':'a','type':'ftp','path':'a'}|type",
        "{'name':'a','type':'local'}|path",
        "{'name':'a','type':'local','path':''}|path",
        "{'name':'a','type':'local','path':'/'}|path",
        "{'name':'a','type':'local','path':'../etc'}|path",
        "{'name':'a','type':'local','path':'a/../../etc'}|path",
        "{'name':'a','type':'local','path':'a\\u0000b'}|path",
        "{'name':'a','type':'local','path':'a\\u000ab'}|path",
        "{'name':'a','type':'local','path':'a','bucket':'b'}|bucket",
        "{'name':'a','type':'local','path':'a','prefix':'b'}|prefix",
        "{'name':'a','type':'local','path':'a','region':'b'}|region",
        "{'name':'a','type':'local','path':'a','endpoint':'b'}|endpoint",
        "{'name':'a','type':'local','path':'a','pathStyle':true}|pathStyle",
        "{'name':'a','type':'local','path':'a','credentials':{}}|credentials",
        "{'name':'a','type':'local','path':'a','encryption':{}}|encryption",
        "{'name':'a','type':'local','path':'a','storageClass':'X'}|storageClass",
        "{'name':'a','type':'local','path':'a','behaviour':{}}|behaviour",
        "{'name':'a','type':'local','path':'a','credentials':{'token':'x'}}|credentials.token",
      })
  void aWrongFieldIsNamed(String json, String field) {
    platformAdmin().post(stores(tenant()), json.replace('\'', '"')).wrong(field);
  }

  @Test
  void noStoreLiesInAnotherOfAnyTenant() {
    String one = tenant();
    String other = tenant();
    platformAdmin().post(stores(one), local("main", one + "/a")).created();
    for (String path : List.of(one + "/a", one + "/a/b", one, "/" + one + "/a/")) {
      platformAdmin().post(stores(other), local("main", path)).problem(409, "STORE_OVERLAPS");
    }
    platformAdmin().post(stores(other), local("main", one + "/ab")).created();
  }

  @Test
  void ofManyAtOnceOneIsMade() throws Exception {
    String tenant = tenant();
    List<Callable<Integer>> race =
        IntStream.range(0, 8)
            .<Callable<Integer>>mapToObj(
                i ->
                    () ->
                        platformAdmin()
                            .post(
                                stores(tenant),
                                local("s" + i, tenant + (i % 2 == 0 ? "" : "/inner")))
                            .response()
                            .statusCode())
            .toList();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Integer> statuses =
          callers.invokeAll(race).stream().map(future -> future.resultNow()).toList();
      assertThat(statuses).containsOnly(201, 409);
      assertThat(statuses).containsOnlyOnce(201);
    }
  }

  @Test
  void aFolderThatCannotBeUsedMakesNoStore() {
    String tenant = tenant();
    platformAdmin()
        .post(stores(tenant), local("main", tenant + "/unwritable"))
        .problem(422, "STORE_UNUSABLE");
    assertThat(platformAdmin().all(stores(tenant), 10)).isEmpty();
  }

  @Test
  void aStoreInUseStays() {
    String tenant = tenantWithStore();
    platformAdmin().post(stores(tenant), local("extra", tenant + "-extra")).created();
    makeAccount(tenant, "alice", ",\"mounts\":[{\"path\":\"/x\",\"store\":\"extra\"}]");
    platformAdmin().delete(stores(tenant) + "/main").problem(409, "STORE_IN_USE");
    platformAdmin().delete(stores(tenant) + "/extra").problem(409, "STORE_IN_USE");
    platformAdmin().patch(account(tenant, "alice"), "{\"mounts\":null}").ok();
    reserve("extra", tenant, 1);
    platformAdmin().delete(stores(tenant) + "/extra").problem(409, "STORE_IN_USE");
    reserve("extra", tenant, 0);
    int released = seen.storesReleased.size();
    platformAdmin().delete(stores(tenant) + "/extra").noContent();
    assertThat(seen.storesReleased).hasSize(released + 1);
  }

  private void reserve(String store, String tenant, int bytes) {
    int rows =
        jdbc.sql(
                "update quota_scope set bytes_reserved = ? where store_id = (select s.id from store"
                    + " s join tenant t on t.id = s.tenant_id where s.name = ? and t.name = ?)")
            .param(bytes)
            .param(store)
            .param(tenant)
            .update();
    assertThat(rows).isEqualTo(1);
  }
}
