package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.RawBucket.SMALLEST_PART;
import static io.quaymaster.storage.s3.RawBucket.assertRefused;
import static io.quaymaster.storage.s3.RawBucket.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;

/** What the server of the tests does with multipart uploads. */
class S3ServerMultipartTest {
  private static final byte[] LARGE = filled('l', SMALLEST_PART);
  private static final byte[] SMALL = filled('s', 10);

  private final RawBucket bucket = RawBucket.ofTheSharedServer();
  private final S3Client s3 = bucket.s3();
  private final String name = bucket.name();

  @Test
  void joinsPartsAndKeepsMetadata() {
    String upload =
        s3.createMultipartUpload(
                begin -> begin.bucket(name).key("a").metadata(Map.of("mode", "640")))
            .uploadId();
    CompletedPart second = bucket.upload("a", upload, 2, SMALL);
    CompletedPart first = bucket.upload("a", upload, 1, LARGE);
    assertRefused(404, () -> bucket.head("a"));
    bucket.complete("a", upload, first, second);
    assertThat(bucket.get("a"))
        .hasSize(SMALLEST_PART + 10)
        .startsWith("lll")
        .endsWith("lssssssssss");
    assertThat(bucket.head("a").metadata()).containsEntry("mode", "640");
    assertThat(bucket.head("a").eTag()).endsWith("-2\"");
  }

  @Test
  void replacesAPartThatIsSentAgain() {
    String upload = bucket.begin("a");
    bucket.upload("a", upload, 1, filled('x', 5));
    CompletedPart again = bucket.upload("a", upload, 1, SMALL);
    bucket.complete("a", upload, again);
    assertThat(bucket.get("a")).isEqualTo("s".repeat(10));
  }

  /** As Amazon's. Ceph RGW refuses with InvalidPart. */
  @Test
  void leavesOutPartsThatAreNotNamed() {
    String upload = bucket.begin("a");
    CompletedPart first = bucket.upload("a", upload, 1, LARGE);
    bucket.upload("a", upload, 2, SMALL);
    CompletedPart fifth = bucket.upload("a", upload, 5, SMALL);
    bucket.complete("a", upload, first, fifth);
    assertThat(bucket.head("a").contentLength()).isEqualTo(SMALLEST_PART + 10);
  }

  @Test
  void refusesSmallPartsBeforeTheLast() {
    String upload = bucket.begin("a");
    CompletedPart first = bucket.upload("a", upload, 1, SMALL);
    CompletedPart second = bucket.upload("a", upload, 2, SMALL);
    assertRefused(400, "EntityTooSmall", () -> bucket.complete("a", upload, first, second));
  }

  @Test
  void refusesAPartOfAnotherETag() {
    String upload = bucket.begin("a");
    bucket.upload("a", upload, 1, SMALL);
    assertRefused(
        400,
        "InvalidPart",
        () -> bucket.complete("a", upload, part(1, "\"" + "0".repeat(32) + "\"")));
  }

  @Test
  void completesOnlyWhereNothingIs() {
    String upload = bucket.begin("a");
    CompletedPart only = bucket.upload("a", upload, 1, SMALL);
    bucket.put("a", "there already");
    assertRefused(
        412,
        () ->
            s3.completeMultipartUpload(
                complete ->
                    complete
                        .bucket(name)
                        .key("a")
                        .uploadId(upload)
                        .ifNoneMatch("*")
                        .multipartUpload(parts -> parts.parts(only))));
    assertThat(bucket.get("a")).isEqualTo("there already");
    assertThat(s3.listParts(list -> list.bucket(name).key("a").uploadId(upload)).parts())
        .as("the upload outlives the refusal")
        .hasSize(1);
  }

  /** As Amazon's, for a time. */
  @Test
  void saysAgainThatAnUploadIsComplete() {
    String upload = bucket.begin("a");
    CompletedPart only = bucket.upload("a", upload, 1, SMALL);
    bucket.complete("a", upload, only);
    bucket.complete("a", upload, only);
    assertThat(bucket.get("a")).isEqualTo("s".repeat(10));
  }

  /** As Amazon's. Ceph RGW answers 500 and completes nothing. */
  @Test
  void completesNothingTwice() {
    String upload = bucket.begin("a");
    CompletedPart only = bucket.upload("a", upload, 1, SMALL);
    bucket.complete("a", upload, only);
    bucket.put("a", "later");
    assertRefused(404, "NoSuchUpload", () -> bucket.complete("a", upload, only));
    assertThat(bucket.get("a")).isEqualTo("later");
    s3.deleteObject(delete -> delete.bucket(name).key("a"));
    assertRefused(404, "NoSuchUpload", () -> bucket.complete("a", upload, only));
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void copiesRangesIntoParts() {
    bucket.put("source", "0123456789");
    String upload = bucket.begin("a");
    String eTag = copyRange(upload, bucket.head("source").eTag());
    bucket.complete("a", upload, part(1, eTag));
    assertThat(bucket.get("a")).isEqualTo("234");
  }

  @Test
  void copiesRangesOfTheVersionAskedForOnly() {
    String old = bucket.put("source", "abcdefghij");
    bucket.put("source", "0123456789");
    String upload = bucket.begin("a");
    assertRefused(412, () -> copyRange(upload, old));
  }

  private String copyRange(String upload, String sourceETag) {
    return s3.uploadPartCopy(
            copy ->
                copy.sourceBucket(name)
                    .sourceKey("source")
                    .copySourceRange("bytes=2-4")
                    .copySourceIfMatch(sourceETag)
                    .destinationBucket(name)
                    .destinationKey("a")
                    .uploadId(upload)
                    .partNumber(1))
        .copyPartResult()
        .eTag();
  }

  @Test
  void listsParts() {
    String upload = bucket.begin("a");
    String first = bucket.upload("a", upload, 1, LARGE).eTag();
    String third = bucket.upload("a", upload, 3, SMALL).eTag();
    assertThat(s3.listPartsPaginator(list -> list.bucket(name).key("a").uploadId(upload)).parts())
        .extracting(Part::partNumber, Part::size, Part::eTag)
        .containsExactly(tuple(1, (long) SMALLEST_PART, first), tuple(3, 10L, third));
  }

  @Test
  void listsUploadsBelowAPrefix() {
    String one = bucket.begin("p/a");
    String two = bucket.begin("p/a");
    bucket.begin("q/a");
    assertThat(s3.listMultipartUploads(list -> list.bucket(name).prefix("p/")).uploads())
        .extracting(MultipartUpload::uploadId)
        .containsExactlyInAnyOrder(one, two);
    assertThat(bucket.keys()).as("uploads are no objects").isEmpty();
  }

  @Test
  void listsUploadsByPage() {
    bucket.begin("p/a");
    bucket.begin("p/b");
    bucket.begin("p/c");
    assertThat(
            s3.listMultipartUploadsPaginator(list -> list.bucket(name).prefix("p/").maxUploads(2))
                .uploads())
        .extracting(MultipartUpload::key)
        .containsExactly("p/a", "p/b", "p/c");
  }

  @Test
  void forgetsAnAbortedUpload() {
    String upload = bucket.begin("p/a");
    CompletedPart only = bucket.upload("p/a", upload, 1, SMALL);
    s3.abortMultipartUpload(abort -> abort.bucket(name).key("p/a").uploadId(upload));
    assertThat(s3.listMultipartUploads(list -> list.bucket(name)).uploads()).isEmpty();
    assertRefused(404, "NoSuchUpload", () -> bucket.complete("p/a", upload, only));
  }

  /** Amazon's has no such upload any more. */
  @Test
  void takesPartsOfAnAbortedUploadAndListsThem() {
    String upload = bucket.begin("p/a");
    s3.abortMultipartUpload(abort -> abort.bucket(name).key("p/a").uploadId(upload));
    assertThat(parts(upload)).isEmpty();
    bucket.upload("p/a", upload, 2, SMALL);
    assertThat(parts(upload)).hasSize(1);
    assertThat(s3.listMultipartUploads(list -> list.bucket(name)).uploads()).isEmpty();
  }

  private List<Part> parts(String upload) {
    return s3.listParts(list -> list.bucket(name).key("p/a").uploadId(upload)).parts();
  }

  @Test
  void abortsAnUploadThatIsGoneWithoutHarm() {
    String upload = bucket.begin("p/a");
    s3.abortMultipartUpload(abort -> abort.bucket(name).key("p/a").uploadId(upload));
    assertRefused(
        404,
        "NoSuchUpload",
        () -> s3.abortMultipartUpload(abort -> abort.bucket(name).key("p/a").uploadId(upload)));
  }

  @Test
  void refusesAPartWithAWrongChecksum() {
    String upload = bucket.begin("a");
    assertRefused(
        400,
        "BadDigest",
        () ->
            s3.uploadPart(
                send ->
                    send.bucket(name)
                        .key("a")
                        .uploadId(upload)
                        .partNumber(1)
                        .checksumCRC32("AAAAAA=="),
                RequestBody.fromBytes(SMALL)));
  }

  @Test
  void takesUploadsOfNoBytes() {
    String upload = bucket.begin("a");
    CompletedPart empty = bucket.upload("a", upload, 1, new byte[0]);
    bucket.complete("a", upload, empty);
    assertThat(bucket.head("a").contentLength()).isZero();
  }

  private static byte[] filled(char with, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}
