package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quaymaster.files.FileFailure;
import java.time.Duration;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an admin is told of a bucket before it becomes a store. */
class ProbeTest {
  private final BucketStore it = BucketStore.open();

  @AfterEach
  void close() {
    it.close();
  }

  private S3Settings settings() {
    return it.server
        .settings(it.raw.name(), BucketStore.PREFIX, it.proxy.endpoint())
        .with(S3Traits.AMAZON);
  }

  private ThrowableAssertAlternative<S3Unusable> refused(S3Settings settings) {
    return assertThatExceptionOfType(S3Unusable.class).isThrownBy(() -> it.stores.probe(settings));
  }

  private void assertNothingIsLeft() {
    assertThat(it.raw.keys()).isEmpty();
    assertThat(it.raw.s3().listMultipartUploads(list -> list.bucket(it.raw.name())).uploads())
        .isEmpty();
  }

  @Test
  void findsWhatTheServerCanDo() throws S3Unusable {
    assertThat(it.stores.probe(settings())).isEqualTo(it.server.traits());
    assertNothingIsLeft();
  }

  @Test
  void hopesForNoMoreThanItIsTold() throws S3Unusable {
    S3Traits none = new S3Traits(false, false, false, false, false);
    assertThat(it.stores.probe(settings().with(none))).isEqualTo(none);
    assertNothingIsLeft();
  }

  @Test
  void wrongKeysAreNamed() {
    S3Settings s = settings();
    S3Settings wrong =
        new S3Settings(
            s.bucket(),
            s.prefix(),
            s.region(),
            s.endpoint(),
            s.pathStyle(),
            new S3Credentials.StaticKeys(it.server.accessKey(), "wrong"),
            s.encryption(),
            s.storageClass(),
            s.traits());
    refused(wrong)
        .withMessageContaining("cannot write to the bucket \"" + s.bucket() + "\"")
        .withMessageContaining("does not take the gateway's credentials")
        .satisfies(told -> assertThat(told.reason()).doesNotContain("wrong"));
    assertNothingIsLeft();
  }

  @Test
  void aMissingBucketIsNamed() {
    refused(
            it.server
                .settings("quay-is-not-there", "in/", it.proxy.endpoint())
                .with(S3Traits.AMAZON))
        .withMessageContaining("cannot write to the bucket \"quay-is-not-there\"")
        .withMessageContaining("there is no such bucket");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, quaymaster-probe, cannot write to",
    "HEAD, quaymaster-probe, cannot read from",
    "GET, list-type, cannot list",
    "POST, ?uploads, cannot upload in parts to",
    "GET, uploads, cannot list uploads of",
    "DELETE, quaymaster-probe, cannot delete from"
  })
  void whatTheGatewayMayNotDoIsNamed(String method, String target, String words) {
    Predicate<String> denied = requests(method, target).and(line -> !line.contains("partNumber"));
    it.proxy.every(denied, new Fault.Deny());
    refused(settings())
        .withMessageContaining(words + " the bucket")
        .withMessageContaining("under the prefix \"in/\"")
        .withMessageContaining("does not let the gateway do this");
    it.proxy.heal();
    if (!method.equals("DELETE")) {
      assertNothingIsLeft();
    }
  }

  @Test
  void aDeadEndpointIsGivenUpInTime() {
    it.proxy.every(FaultProxy.anyRequest(), new Fault.BlackHole());
    long began = System.nanoTime();
    refused(settings()).withMessageContaining("does not answer in time");
    it.proxy.refuse();
    refused(settings()).withMessageContaining("cannot be reached");
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(BucketStore.LIMITS.patience().multipliedBy(3));
  }

  @Test
  void aServerWithoutTheSdksChecksumsIsSpokenToWithoutThem() throws S3Unusable {
    it.proxy.next(1, requests("PUT", "quaymaster-probe"), new Fault.Deny());
    assertThat(it.stores.probe(settings()).checksums()).isFalse();
    assertNothingIsLeft();
  }

  /** S3Mock answers with checksums; what does not match them reaches nobody. */
  @Test
  void checksumsOfWholeObjectsAreCompared() throws Exception {
    try (S3MockServer server = S3MockServer.start();
        FaultProxy proxy = FaultProxy.before(server.endpoint())) {
      server.client().createBucket(create -> create.bucket("checked"));
      S3Settings settings =
          new S3Settings(
              "checked",
              "in/",
              "us-east-1",
              proxy.endpoint(),
              true,
              new S3Credentials.StaticKeys("any", "any"),
              new S3Settings.Encryption.BucketDefault(),
              null,
              S3Traits.AMAZON);
      S3FileStore store =
          it.stores.open(settings, it.records, new MemoryDirectoryMoves(), S3Meters.NONE);
      new RawBucket(server.client(), "checked").put("in/f", "hello");
      proxy.every(requests("GET", "/in/f"), new Fault.CorruptResponse(2));
      assertThatExceptionOfType(FileFailure.class)
          .isThrownBy(() -> BucketStore.read(store, "f"))
          .withMessageContaining("does not match its checksum");
      proxy.heal();
      assertThat(BucketStore.read(store, "f")).isEqualTo("hello");
      store.close();
    }
  }
}
