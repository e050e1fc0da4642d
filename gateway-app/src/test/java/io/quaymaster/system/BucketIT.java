package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import io.quaymaster.storage.s3.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** {@code kill -9} in the middle of uploads to a bucket, and what the next start makes of it. */
class BucketIT {
  private static final int MIB = 1 << 20;
  private static final int BIG = 30 * MIB + 7;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PREFIX = "in/";
  private static final Map<String, String> HOME = Map.of("store", "lake", "path", "alice");

  private final S3Server server = S3Server.shared();
  private final String bucket = server.newBucket();

  @TempDir Path folder;

  @Test
  void whatIsKilledIsGoneOnWithAndLeavesNothing() throws Exception {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder).with("QUAYMASTER_S3_ORPHANS_ABORT_AFTER", "1s");
    try (Quay quay = Quay.start(setup)) {
      Partner alice = accounts(quay);
      alice.openSsh().write("small", 100_000);
      alice.openSsh().write("big", BIG);
      alice.openSsh().write("never", BIG);
      alice.openSsh().sftp("put small").succeeds();
      isWhole(alice, "small");

      killedWhileUploading(quay, alice, "big");

      assertThat(keys()).containsExactly(PREFIX + "alice/", PREFIX + "alice/small");
      assertThat(alice.openSsh().sftp("ls -l").succeeds().output()).contains(" big");
      OpenSsh bob = bobs(quay).openSsh();
      assertThat(bob.sftp("ls -l").succeeds().output()).contains("small").doesNotContain("big");
      alice.limit("bytesPerSecond", null);
      alice.openSsh().sftp("reput big").succeeds();
      isWhole(alice, "big");
      assertThat(alice.transferOf("/big").get("bytes").longValue()).isBetween(1L, BIG - 8L * MIB);
      isExact(quay, alice, 100_000 + BIG, 2);

      alice.limit("bytesPerSecond", 8L * MIB);
      killedWhileUploading(quay, alice, "never");
      alice.openSsh().sftp("rm never").succeeds();
      server.client().createMultipartUpload(r -> r.bucket(bucket).key(PREFIX + "orphan"));
      await().atMost(PATIENCE).until(() -> sweep(quay) > 0);
      assertThat(multipartUploads()).isEmpty();
      isExact(quay, alice, 100_000 + BIG, 2);
    }
  }

  /** With a store goes whoever would sweep it. */
  @Test
  void aStoreThatIsDeletedLeavesNoUploads() throws Exception {
    try (Quay quay = Quay.start(GatewayProcess.in(folder))) {
      Partner alice = accounts(quay);
      alice.openSsh().write("small", 1_000);
      alice.openSsh().write("never", BIG);
      alice.openSsh().sftp("put small").succeeds();
      killedWhileUploading(quay, alice, "never");
      server.client().createMultipartUpload(r -> r.bucket(bucket).key(PREFIX + "orphan"));
      server
          .client()
          .putObject(
              r -> r.bucket(bucket).key(PREFIX + ".quaymaster-scratch/left"),
              RequestBody.fromString("left by a crash"));
      assertThat(multipartUploads()).hasSize(2);
      for (String account : List.of("alice", "bob")) {
        quay.admin().delete("/tenants/acme/accounts/" + account);
      }

      await()
          .atMost(PATIENCE)
          .until(
              () -> quay.admin().send("DELETE", "/tenants/acme/stores/lake", null).status() == 204);

      assertThat(multipartUploads()).isEmpty();
      assertThat(keys()).containsExactly(PREFIX + "alice/", PREFIX + "alice/small");
    }
  }

  private Partner accounts(Quay quay) {
    Partner alice = partnerOf(quay, server, bucket);
    quay.partner("bob@acme", Map.of("home", HOME));
    alice.limit("bytesPerSecond", 8L * MIB);
    return alice;
  }

  /** An account that lives in a bucket, in the directory {@code alice}. */
  static Partner partnerOf(Quay quay, S3Server server, String bucket) {
    quay.tenant("acme", Map.of());
    store(quay, "lake", server, server.endpoint(), bucket);
    return quay.partner("alice@acme", Map.of("home", HOME));
  }

  /**
   * A store of the tenant {@code acme}.
   *
   * @param through what stands before the server, or the server itself
   */
  static void store(Quay quay, String name, S3Server server, URI through, String bucket) {
    quay.admin()
        .create(
            "/tenants/acme/stores",
            Map.of(
                "name",
                name,
                "type",
                "s3",
                "bucket",
                bucket,
                "prefix",
                PREFIX,
                "region",
                "us-east-1",
                "endpoint",
                through.toString(),
                "pathStyle",
                true,
                "credentials",
                Map.of("accessKeyId", server.accessKey(), "secretAccessKey", server.secretKey())));
  }

  private static Partner bobs(Quay quay) {
    return new Partner(quay, "bob", "acme", quay.folder());
  }

  private void killedWhileUploading(Quay quay, Partner alice, String name) {
    try (Upload upload = Upload.begin(alice.openSsh(), "put " + name)) {
      await().atMost(PATIENCE).until(() -> multipartUploads().stream().anyMatch(u -> parts(u) > 0));
      assertThat(upload.isUnderWay()).isTrue();
      quay.process().kill9();
      upload.fails();
    }
    quay.restart();
  }

  private int parts(MultipartUpload upload) {
    return server
        .client()
        .listParts(r -> r.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()))
        .parts()
        .size();
  }

  private List<MultipartUpload> multipartUploads() {
    return server.client().listMultipartUploads(r -> r.bucket(bucket)).uploads();
  }

  private List<String> keys() {
    return server.client().listObjectsV2(r -> r.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  private void isWhole(Partner alice, String name) throws IOException {
    Path back = Files.createTempFile(folder, name, ".back");
    Files.write(
        back,
        server
            .client()
            .getObjectAsBytes(r -> r.bucket(bucket).key(PREFIX + "alice/" + name))
            .asByteArray());
    assertThat(OpenSsh.sha256(back)).isEqualTo(OpenSsh.sha256(alice.openSsh().local(name)));
  }

  private static int sweep(Quay quay) {
    return quay.admin()
        .send("POST", "/tenants/acme/stores/lake/sweep", null)
        .body()
        .get("orphanUploadsAborted")
        .intValue();
  }

  private static void isExact(Quay quay, Partner alice, long bytes, long files) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> alice.usage().isExactly(new Usage(bytes, files, 0, null), "alice"));
    quay.admin().send("POST", alice.resource() + "/usage/recount", null);
    alice.usage().isExactly(new Usage(bytes, files, 0, null), "alice");
    assertThat(quay.metrics().of("quaymaster_quota_drift_bytes")).as("drift").isZero();
  }
}
