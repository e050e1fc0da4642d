package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Access;
import io.quaymaster.store.s3.S3Behaviour;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class S3StoreTest extends AdminApiTest {
  private static final String SECRET = "hunter2-hunter2";

  private static String stores(String tenant) {
    return tenantPath(tenant) + "/stores";
  }

  /** In a bucket of its own, with more fields. */
  private static String s3(String name, String bucket, String moreFields) {
    return "{\"name\":\"%s\",\"type\":\"s3\",\"bucket\":\"%s\"%s}"
        .formatted(name, bucket, moreFields.replace('\'', '"'));
  }

  private NewS3Store lastProbed() {
    return seen.storesProbed.getLast();
  }

  @Test
  void aStoreIsProbedSealedAndShownWithoutItsSecret() throws Exception {
    String tenant = tenant();
    String bucket = name("bucket");
    Answer made =
        platformAdmin()
            .post(
                stores(tenant),
                s3(
                    "lake",
                    bucket,
                    ",'prefix':'in','region':'eu-central-1','endpoint':'HTTPS://S3.Example:443/',"
                        + "'pathStyle':true,'credentials':{'accessKeyId':'AKIA','secretAccessKey':'"
                        + SECRET
                        + "'},'encryption':{'type':'kms','kmsKeyId':'alias/x'},"
                        + "'storageClass':'STANDARD_IA'"))
            .created();

    JsonNode shown = made.json();
    assertThat(shown.get("type").asString()).isEqualTo("s3");
    assertThat(shown.get("path").isNull()).isTrue();
    assertThat(shown.get("bucket").asString()).isEqualTo(bucket);
    assertThat(shown.get("prefix").asString()).isEqualTo("in/");
    assertThat(shown.get("region").asString()).isEqualTo("eu-central-1");
    assertThat(shown.get("endpoint").asString()).isEqualTo("https://s3.example");
    assertThat(shown.get("pathStyle").asBoolean()).isTrue();
    assertThat(shown.get("credentials").toString())
        .isEqualTo(
            "{\"profile\":null,\"accessKeyId\":\"AKIA\",\"roleArn\":null,\"externalId\":null}");
    assertThat(shown.get("encryption").toString())
        .isEqualTo("{\"type\":\"kms\",\"kmsKeyId\":\"alias/x\"}");
    assertThat(shown.get("storageClass").asString()).isEqualTo("STANDARD_IA");
    assertThat(shown.get("behaviour").get("checksums").asBoolean()).isTrue();
    assertThat(shown.get("behaviour").get("conditionalComplete").asBoolean()).isFalse();
    assertThat(lastProbed().secretAccessKey()).isEqualTo(SECRET);

    Answer again = platformAdmin().get(made.header("Location")).ok();
    assertThat(again.json()).isEqualTo(shown);
    assertThat(platformAdmin().all(stores(tenant), 1)).containsExactly(shown);
    assertThat(sealedSecret(tenant)).isEqualTo(SECRET);
    assertThat(everythingSaidOf(tenant)).doesNotContain(SECRET);
    platformAdmin().delete(made.header("Location")).noContent();
  }

  private String sealedSecret(String tenant) throws Exception {
    SealedSecret sealed =
        jdbc.sql(
                "select s.sealed_secret from store s join tenant t on t.id = s.tenant_id where"
                    + " t.name = ?")
            .param(tenant)
            .query((row, n) -> new SealedSecret(row.getBytes(1)))
            .single();
    return TestGateway.SEAL.unseal(sealed, SealPurpose.storeCredentials(tenant, "lake"));
  }

  /** All that is left of it in the database and in answers. */
  private String everythingSaidOf(String tenant) {
    return platformAdmin().get("/api/v1/audit?tenant=" + tenant).ok().response().body()
        + platformAdmin().get(stores(tenant)).ok().response().body()
        + jdbc.sql("select s::text from store s").query((row, n) -> row.getString(1)).list();
  }

  @Test
  void everyKindOfCredentialsIsKept() {
    String tenant = tenant();
    List<S3Access> kinds =
        List.of(
            new S3Access.Surroundings(),
            new S3Access.Profile("lake"),
            new S3Access.Role("arn:aws:iam::1:role/x", "ours", null),
            new S3Access.Role("arn:aws:iam::1:role/x", null, "AKIA"));
    List<String> written =
        List.of(
            "",
            ",'credentials':{'profile':'lake'}",
            ",'credentials':{'roleArn':'arn:aws:iam::1:role/x','externalId':'ours'}",
            ",'credentials':{'roleArn':'arn:aws:iam::1:role/x','accessKeyId':'AKIA',"
                + "'secretAccessKey':'s'}");
    for (int i = 0; i < kinds.size(); i++) {
      Answer made =
          platformAdmin()
              .post(stores(tenant), s3("s" + i, name("bucket"), written.get(i)))
              .created();
      assertThat(lastProbed().place().access()).isEqualTo(kinds.get(i));
      assertThat(platformAdmin().get(made.header("Location")).ok().json()).isEqualTo(made.json());
    }
    assertThat(platformAdmin().get(stores(tenant) + "/s0").json().get("credentials").isNull())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'name':'a','type':'s3'}|bucket",
        "{'name':'A','type':'s3','bucket':'a/b'}|name;bucket",
        "{'name':'a','type':'s3','bucket':'b','path':'p'}|path",
        "{'name':'a','type':'s3','bucket':'b','prefix':'/in'}|prefix",
        "{'name':'a','type':'s3','bucket':'b','prefix':'a/../b'}|prefix",
        "{'name':'a','type':'s3','bucket':'b','region':'eu central'}|region",
        "{'name':'a','type':'s3','bucket':'b','endpoint':'s3.example'}|endpoint",
        "{'name':'a','type':'s3','bucket':'b','endpoint':'https://u:p@s3.example'}|endpoint",
        "{'name':'a','type':'s3','bucket':'b','endpoint':'https://s3.example/x'}|endpoint",
        "{'name':'a','type':'s3','bucket':'b','storageClass':'a b'}|storageClass",
        "{'name':'a','type':'s3','bucket':'b','credentials':{}}|credentials",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'accessKeyId':'x'}}"
            + "|credentials.secretAccessKey",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'secretAccessKey':'x'}}"
            + "|credentials.accessKeyId",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'externalId':'xx'}}"
            + "|credentials.externalId",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'roleArn':'x'}}|credentials.roleArn",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'profile':'p','roleArn':'arn:x'}}"
            + "|credentials.profile",
        "{'name':'a','type':'s3','bucket':'b','credentials':{'accessKeyId':'x\\u000a',"
            + "'secretAccessKey':''}}|credentials.accessKeyId;credentials.secretAccessKey",
        "{'name':'a','type':'s3','bucket':'b','encryption':{}}|encryption.type",
        "{'name':'a','type':'s3','bucket':'b','encryption':{'type':'rot13'}}|encryption.type",
        "{'name':'a','type':'s3','bucket':'b','encryption':{'type':'server','kmsKeyId':'k'}}"
            + "|encryption.kmsKeyId",
        "{'name':'a','type':'s3','bucket':'b','behaviour':{'checksum':true}}|behaviour.checksum",
        "{'name':'a','type':'s3','bucket':'b','behaviour':{'checksums':1}}|behaviour.checksums",
      })
  void aWrongFieldIsNamed(String json, String fields) {
    platformAdmin().post(stores(tenant()), json.replace('\'', '"')).wrong(fields.split(";"));
  }

  @Test
  void noTwoStoresOverlapWhoseverTheyAre() {
    String one = tenant();
    String other = tenant();
    String bucket = name("bucket");
    platformAdmin().post(stores(one), s3("main", bucket, ",'prefix':'a/b'")).created();
    int probes = seen.storesProbed.size();
    for (String prefix : List.of("", "a", "a/b/", "a/b/c")) {
      platformAdmin()
          .post(stores(other), s3("main", bucket, ",'prefix':'" + prefix + "'"))
          .problem(409, "STORE_OVERLAPS");
    }
    platformAdmin()
        .post(stores(other), s3("main", bucket, ",'endpoint':'https://s3.eu-west-1.amazonaws.com'"))
        .problem(409, "STORE_OVERLAPS");
    platformAdmin().post(stores(one), s3("main", name("bucket"), "")).problem(409, "STORE_EXISTS");
    assertThat(seen.storesProbed).as("nothing of these was tried").hasSize(probes);
    platformAdmin().post(stores(other), s3("main", bucket, ",'prefix':'a/bc'")).created();
    platformAdmin()
        .post(stores(other), s3("elsewhere", bucket, ",'endpoint':'https://s3.example'"))
        .created();
  }

  @Test
  void whatTheProbeSaysMakesNoStore() {
    String tenant = tenant();
    Answer refused =
        platformAdmin()
            .post(stores(tenant), s3("main", name("unwritable"), ""))
            .problem(422, "STORE_UNUSABLE");
    assertThat(refused.text("detail")).contains("AccessDenied");
    Answer disproved =
        platformAdmin()
            .post(
                stores(tenant),
                s3("main", name("bucket"), ",'behaviour':{'conditionalComplete':true}"))
            .problem(422, "STORE_UNUSABLE");
    assertThat(disproved.text("detail")).contains("behaviour.conditionalComplete");
    assertThat(platformAdmin().all(stores(tenant), 10)).isEmpty();
    assertThat(lastProbed().claimed())
        .isEqualTo(new S3Behaviour.Claimed(null, null, true, null, null));
  }

  @Test
  void whatTheServerCanMayBeLeftUnused() {
    String tenant = tenant();
    Answer made =
        platformAdmin()
            .post(stores(tenant), s3("main", name("bucket"), ",'behaviour':{'checksums':false}"))
            .created();
    assertThat(made.json().get("behaviour").toString())
        .isEqualTo(
            "{\"checksums\":false,\"conditionalPut\":true,\"conditionalComplete\":false,"
                + "\"conditionalCopy\":true,\"exactListings\":true}");
  }

  @Test
  void aStoreIsSwept() {
    String tenant = tenant();
    String store = name("swept");
    platformAdmin().post(stores(tenant), s3(store, name("bucket"), "")).created();
    platformAdmin().post(stores(tenant), s3("busy", name("bucket"), "")).created();

    Answer swept = platformAdmin().post(stores(tenant) + "/" + store + "/sweep", "").ok();

    assertThat(swept.json().toString())
        .isEqualTo("{\"expiredUploads\":2,\"orphanUploadsAborted\":3}");
    assertThat(seen.storesSwept).contains(store);
    platformAdmin().post(stores(tenant) + "/busy/sweep", "").problem(503, "BUSY");
    platformAdmin().post(stores(tenant) + "/nothing/sweep", "").problem(404, "NOT_FOUND");
    tenantAdmin(tenant).post(stores(tenant) + "/" + store + "/sweep", "").problem(403, "FORBIDDEN");
  }

  /** Nobody sweeps a store that is not there any more. */
  @Test
  void uploadsOfAStoreThatIsDeletedAreAborted() {
    String tenant = tenant();
    String store = name("gone");
    platformAdmin().post(stores(tenant), s3(store, name("bucket"), "")).created();
    platformAdmin().post(stores(tenant), s3("dead", name("bucket"), "")).created();
    platformAdmin().post(stores(tenant), s3("used", name("bucket"), "")).created();
    platformAdmin()
        .post(accounts(tenant), "{\"username\":\"a\",\"home\":{\"store\":\"used\",\"path\":\"a\"}}")
        .created();

    platformAdmin().delete(stores(tenant) + "/" + store).noContent();
    platformAdmin().delete(stores(tenant) + "/dead").noContent();
    platformAdmin().delete(stores(tenant) + "/used").problem(409, "STORE_IN_USE");

    assertThat(seen.storesCleared).contains(store).doesNotContain("used");
    assertThat(platformAdmin().all("/api/v1/audit?tenant=" + tenant + "&action=store.delete", 10))
        .extracting(line -> line.get("detail").toString())
        .containsExactlyInAnyOrder(
            "{\"store\":\"%s\",\"uploadsAborted\":\"7\"}".formatted(store),
            "{\"store\":\"dead\",\"uploadsLeft\":\"the store cannot be reached\"}");
  }

  @Test
  void tenantAdminsSeeTheirStoresAndMakeNone() {
    String tenant = tenant();
    platformAdmin().post(stores(tenant), s3("main", name("bucket"), "")).created();

    tenantAdmin(tenant).get(stores(tenant) + "/main").ok();
    tenantAdmin(tenant)
        .post(stores(tenant), s3("other", name("bucket"), ""))
        .problem(403, "FORBIDDEN");
  }
}
