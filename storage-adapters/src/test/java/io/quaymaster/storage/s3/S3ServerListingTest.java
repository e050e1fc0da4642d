package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the server of the tests does with listings and odd keys. */
class S3ServerListingTest {
  private final RawBucket bucket = RawBucket.ofTheSharedServer();
  private final S3Client s3 = bucket.s3();
  private final String name = bucket.name();

  @Test
  void pagesThroughKeysAndPrefixesWithoutRepetition() {
    for (String key : List.of("d/a", "d/b/1", "d/b/2", "d/c", "d/e/1", "d/f", "other")) {
      bucket.put(key, "x");
    }
    List<String> seen = new ArrayList<>();
    String token = null;
    do {
      String from = token;
      ListObjectsV2Response page =
          s3.listObjectsV2(
              list ->
                  list.bucket(name).prefix("d/").delimiter("/").maxKeys(2).continuationToken(from));
      page.contents().stream().map(S3Object::key).forEach(seen::add);
      page.commonPrefixes().stream().map(CommonPrefix::prefix).forEach(seen::add);
      assertThat(page.keyCount()).isLessThanOrEqualTo(2);
      token = page.nextContinuationToken();
    } while (token != null);
    assertThat(seen).containsExactlyInAnyOrder("d/a", "d/b/", "d/c", "d/e/", "d/f");
  }

  @Test
  void beginsBehindAKey() {
    for (String key : List.of("d/a", "d/b", "d/c")) {
      bucket.put(key, "x");
    }
    assertThat(
            s3.listObjectsV2(list -> list.bucket(name).prefix("d/").startAfter("d/a")).contents())
        .extracting(S3Object::key)
        .containsExactly("d/b", "d/c");
  }

  @Test
  void beginsBehindAKeyThatIsNotThere() {
    for (String key : List.of("d/a", "d/c")) {
      bucket.put(key, "x");
    }
    assertThat(s3.listObjectsV2(list -> list.bucket(name).startAfter("d/b")).contents())
        .extracting(S3Object::key)
        .containsExactly("d/c");
  }

  @Test
  void ordersAsciiKeysByBytes() {
    for (String key : List.of("a/x", "a0", "a!", "a", "B", "b")) {
      bucket.put(key.equals("a") ? "aa" : key, "x");
    }
    assertThat(bucket.keys()).containsExactly("B", "a!", "a/x", "a0", "aa", "b");
  }

  /** Amazon's orders by the bytes of UTF-8, where what lies above the BMP comes last. */
  @Test
  void ordersOtherKeysByUtf16() {
    String above = "\uD83D\uDE00";
    for (String key : List.of(above, "\uF7FF", "\uE000", "\u00e9", "z")) {
      bucket.put(key, "x");
    }
    assertThat(bucket.keys()).containsExactly("z", "\u00e9", above, "\uE000", "\uF7FF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "space here",
        "plus+sign",
        "percent%41",
        "quote\"'",
        "amp&<>",
        "q?#;=",
        "back\\slash",
        "star*",
        "\u00e9\u4e2d",
        "\uD83D\uDE00",
        "\uE000\uF7FF",
        "tab\tnewline\ncr\r",
        "bell\u0007",
        "\u0001",
        "del\u007f",
        "~-_.!()",
        "{}|^`",
        "a:b@c",
        "e\u0301",
        " lead and trail ",
        "dots..",
        "..."
      })
  void keepsOddKeysAndListsThemUrlEncoded(String key) {
    String whole = "p/" + key + "/x" + key;
    bucket.put(whole, "content");
    assertThat(bucket.get(whole)).isEqualTo("content");
    assertThat(
            s3.listObjectsV2(
                    list -> list.bucket(name).prefix("p/" + key).encodingType(EncodingType.URL))
                .contents())
        .as("the SDK decodes what the server encoded")
        .extracting(S3Object::key)
        .containsExactly(whole);
    assertThat(
            s3.listObjectsV2(
                    list ->
                        list.bucket(name)
                            .prefix("p/")
                            .delimiter("/")
                            .encodingType(EncodingType.URL))
                .commonPrefixes())
        .extracting(CommonPrefix::prefix)
        .containsExactly("p/" + key + "/");
  }

  /** Amazon's takes all of them, and lists them as they were given. */
  @ParameterizedTest
  @ValueSource(strings = {"x//y", "/lead", ".", "..", "a/../b", "a//", "/", "\u0000"})
  void refusesKeysThatNoFileSystemHas(String key) {
    assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> bucket.put(key, "content"));
    assertThat(bucket.keys()).isEmpty();
  }

  /** Amazon's keeps the dot. */
  @Test
  void dropsADotInAKey() {
    bucket.put("a/./b", "content");
    assertThat(bucket.keys()).containsExactly("a/b");
  }
}
