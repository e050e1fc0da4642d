package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.RawBucket.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * What the server of the tests does with single objects: all that the adapter relies on, and where
 * the server differs from Amazon's.
 */
class S3ServerTest {
  private final RawBucket bucket = RawBucket.ofTheSharedServer();
  private final S3Client s3 = bucket.s3();
  private final String name = bucket.name();

  @Test
  void keepsBytesAndMetadata() {
    String eTag = bucket.put("a", "hello", Map.of("mtime", "1700000000.5", "mode", "640"));
    assertThat(bucket.get("a")).isEqualTo("hello");
    assertThat(bucket.head("a").metadata())
        .containsExactlyInAnyOrderEntriesOf(Map.of("mtime", "1700000000.5", "mode", "640"));
    assertThat(bucket.head("a").contentLength()).isEqualTo(5);
    assertThat(bucket.head("a").eTag()).isEqualTo(eTag);
  }

  @Test
  void checksSignatures() {
    try (S3Client stranger =
        RawClients.to(S3Server.shared().endpoint(), S3Server.shared().accessKey(), "wrong", true)
            .build()) {
      assertRefused(
          403, "SignatureDoesNotMatch", () -> stranger.listObjectsV2(list -> list.bucket(name)));
    }
  }

  @Test
  void givesRanges() {
    bucket.put("a", "0123456789");
    assertThat(range("bytes=2-4")).isEqualTo("234");
    assertThat(range("bytes=8-100")).isEqualTo("89");
    assertRefused(416, () -> range("bytes=10-20"));
  }

  private String range(String range) {
    return s3.getObjectAsBytes(get -> get.bucket(name).key("a").range(range))
        .asString(StandardCharsets.UTF_8);
  }

  @Test
  void refusesToReadAnotherVersionThanAskedFor() {
    String eTag = bucket.put("a", "one");
    assertThat(s3.getObjectAsBytes(get -> get.bucket(name).key("a").ifMatch(eTag)).asUtf8String())
        .isEqualTo("one");
    bucket.put("a", "two");
    assertRefused(412, () -> s3.getObjectAsBytes(get -> get.bucket(name).key("a").ifMatch(eTag)));
  }

  @Test
  void putsOnlyWhereNothingIs() {
    RequestBody two = RequestBody.fromString("two");
    s3.putObject(put -> put.bucket(name).key("a").ifNoneMatch("*"), RequestBody.fromString("one"));
    assertRefused(412, () -> s3.putObject(put -> put.bucket(name).key("a").ifNoneMatch("*"), two));
    assertThat(bucket.get("a")).isEqualTo("one");
  }

  @Test
  void putsOnlyOverTheVersionAskedFor() {
    String eTag = bucket.put("a", "one");
    s3.putObject(put -> put.bucket(name).key("a").ifMatch(eTag), RequestBody.fromString("two"));
    assertThat(bucket.get("a")).isEqualTo("two");
    assertRefused(
        412,
        () ->
            s3.putObject(
                put -> put.bucket(name).key("a").ifMatch(eTag), RequestBody.fromString("three")));
  }

  /** Amazon's refuses with 412. */
  @Test
  void copiesOntoWhatIsThereDespiteACondition() {
    bucket.put("a", "one");
    bucket.put("b", "two");
    s3.copyObject(
        copy ->
            copy.sourceBucket(name)
                .sourceKey("a")
                .destinationBucket(name)
                .destinationKey("b")
                .ifNoneMatch("*"));
    assertThat(bucket.get("b")).isEqualTo("one");
  }

  @Test
  void copiesOnlyTheVersionAskedFor() {
    String eTag = bucket.put("a", "one");
    bucket.put("a", "two");
    assertRefused(
        412,
        () ->
            s3.copyObject(
                copy ->
                    copy.sourceBucket(name)
                        .sourceKey("a")
                        .destinationBucket(name)
                        .destinationKey("b")
                        .copySourceIfMatch(eTag)));
  }

  @Test
  void copiesMetadata() {
    bucket.put("a", "one", Map.of("mode", "640"));
    s3.copyObject(
        copy -> copy.sourceBucket(name).sourceKey("a").destinationBucket(name).destinationKey("b"));
    assertThat(bucket.head("b").metadata()).containsEntry("mode", "640");
  }

  @Test
  void changesMetadataByACopyOntoItself() {
    bucket.put("a", "one", Map.of("mode", "640"));
    s3.copyObject(
        copy ->
            copy.sourceBucket(name)
                .sourceKey("a")
                .destinationBucket(name)
                .destinationKey("a")
                .metadataDirective(MetadataDirective.REPLACE)
                .metadata(Map.of("mode", "600")));
    assertThat(bucket.head("a").metadata())
        .containsExactlyInAnyOrderEntriesOf(Map.of("mode", "600"));
    assertThat(bucket.get("a")).isEqualTo("one");
  }

  @Test
  void refusesACopyOntoItselfThatChangesNothing() {
    bucket.put("a", "one");
    assertRefused(
        400,
        "InvalidRequest",
        () ->
            s3.copyObject(
                copy ->
                    copy.sourceBucket(name)
                        .sourceKey("a")
                        .destinationBucket(name)
                        .destinationKey("a")));
  }

  @Test
  void refusesAWrongChecksum() {
    assertRefused(
        400,
        "BadDigest",
        () ->
            s3.putObject(
                put -> put.bucket(name).key("a").checksumCRC32("AAAAAA=="),
                RequestBody.fromString("hello")));
    assertRefused(404, () -> bucket.head("a"));
  }

  @Test
  void refusesAWrongMd5() {
    assertRefused(
        400,
        "BadDigest",
        () ->
            s3.putObject(
                put -> put.bucket(name).key("a").contentMD5("AAAAAAAAAAAAAAAAAAAAAA=="),
                RequestBody.fromString("hello")));
  }

  /** Amazon's gives the checksum that it computed. */
  @Test
  void answersWithoutAChecksumOfItsOwn() {
    assertThat(
            s3.putObject(put -> put.bucket(name).key("a"), RequestBody.fromString("hello"))
                .checksumCRC32())
        .isNull();
  }

  @Test
  void findsNothingToDeleteWithoutAComplaint() {
    s3.deleteObject(delete -> delete.bucket(name).key("missing"));
    assertRefused(404, () -> bucket.head("missing"));
    assertRefused(404, "NoSuchKey", () -> bucket.get("missing"));
  }

  @Test
  void deletesManyAtOnce() {
    bucket.put("a", "one");
    bucket.put("b", "two");
    List<ObjectIdentifier> two =
        Stream.of("a", "missing").map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    s3.deleteObjects(delete -> delete.bucket(name).delete(all -> all.objects(two)));
    assertThat(bucket.keys()).containsExactly("b");
  }

  @Test
  void keepsAMarkerWithATrailingSlash() {
    bucket.put("dir/", "", Map.of("mode", "750"));
    assertThat(bucket.head("dir/").contentLength()).isZero();
    assertThat(bucket.head("dir/").metadata()).containsEntry("mode", "750");
    assertThat(bucket.keys()).containsExactly("dir/");
    assertRefused(404, () -> bucket.head("dir"));
  }

  @Test
  void keepsAMarkerBesideWhatItHolds() {
    bucket.put("dir/", "", Map.of("mode", "750"));
    bucket.put("dir/a", "one");
    s3.deleteObject(delete -> delete.bucket(name).key("dir/a"));
    assertThat(bucket.head("dir/").metadata()).containsEntry("mode", "750");
    bucket.put("dir/b", "two");
    s3.deleteObject(delete -> delete.bucket(name).key("dir/"));
    assertThat(bucket.keys()).containsExactly("dir/b");
    assertRefused(404, () -> bucket.head("dir/"));
  }

  @Test
  void leavesNothingOfAPrefixThatWasNeverMarked() {
    bucket.put("dir/deeper/a", "one");
    s3.deleteObject(delete -> delete.bucket(name).key("dir/deeper/a"));
    assertThat(bucket.keys()).isEmpty();
    assertRefused(404, () -> bucket.head("dir/"));
  }

  /**
   * A listing shows what is being written, under the name of the file that it is written to.
   * Amazon's shows nothing.
   */
  @Test
  void listsAStrangeKeyWhileAnObjectIsWritten() {
    S3Server server = S3Server.shared();
    try (FaultProxy proxy = FaultProxy.before(server.endpoint());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        S3Client slow =
            RawClients.to(proxy.endpoint(), server.accessKey(), server.secretKey(), true).build()) {
      proxy.every(FaultProxy.anyRequest(), new Fault.DripRequest(100_000));
      Future<String> put =
          threads.submit(() -> new RawBucket(slow, name).put("a", "x".repeat(1_000_000)));
      await().until(() -> !bucket.keys().isEmpty());
      assertThat(bucket.keys()).singleElement().asString().matches("a-[-0-9a-f]{36}");
      proxy.refuse();
      assertThat(put).failsWithin(Duration.ofSeconds(20));
      await().until(() -> bucket.keys().isEmpty());
    }
  }

  /** Amazon's keeps it, as for any other key. */
  @Test
  void losesTheContentOfAKeyWithATrailingSlash() {
    bucket.put("dir/", "content");
    assertThat(bucket.get("dir/")).isEmpty();
  }

  /** Amazon's knows no directories: "a" and "a/b" are two keys like any others. */
  @Test
  void cannotKeepAFileAndAPrefixOfTheSameName() {
    bucket.put("a", "file");
    assertRefused(500, () -> bucket.put("a/b", "below"));
  }

  @Test
  void keepsKeysOf1024Bytes() {
    String longest = ("k".repeat(99) + "/").repeat(10) + "k".repeat(24);
    bucket.put(longest, "one");
    assertThat(bucket.keys()).containsExactly(longest);
  }

  /** It writes a file under the last name of the key and 37 more bytes; Amazon's has no names. */
  @Test
  void keepsNamesOf218Bytes() {
    String longest = "dir/" + "k".repeat(218);
    bucket.put(longest, "one");
    assertThat(bucket.get(longest)).isEqualTo("one");
    assertRefused(500, () -> bucket.put(longest + "k", "one"));
  }

  @Test
  void keepsNamesOf255BytesInMemory() {
    RawBucket memory = RawBucket.of(S3Server.shared(S3Server.Backend.MEMORY));
    String longest = "dir/" + "k".repeat(255);
    memory.put(longest, "one");
    assertThat(memory.get(longest)).isEqualTo("one");
  }
}
