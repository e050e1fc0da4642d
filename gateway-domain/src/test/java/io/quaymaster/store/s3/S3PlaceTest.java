package io.quaymaster.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.store.StoreUnusable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3PlaceTest {
  private static final S3Behaviour ALL = new S3Behaviour(true, true, true, true, true);

  private static final S3Behaviour LITTLE = new S3Behaviour(false, true, false, false, true);

  private static S3Place place(String bucket, String prefix, @Nullable String endpoint) {
    return place(
        bucket,
        prefix,
        endpoint,
        new S3Access.Surroundings(),
        new S3Encryption(S3Encryption.Type.BUCKET, null));
  }

  private static S3Place place(
      String bucket,
      String prefix,
      @Nullable String endpoint,
      S3Access access,
      S3Encryption encryption) {
    return new S3Place(
        bucket,
        KeyPrefix.parse(prefix),
        null,
        endpoint == null ? null : S3Endpoint.parse(endpoint),
        true,
        access,
        encryption,
        null);
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "in, in/", "in/, in/", "a/b, a/b/", "ä ö/, ä ö/", "...,.../"})
  void aPrefixHasOneForm(String written, String canonical) {
    assertThat(KeyPrefix.parse(written).text()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/in", "a//b", "a/b//", ".", "a/../b", "a/.", "a\nb", "\ud800"})
  void aPrefixIsRefused(String written) {
    assertThatThrownBy(() -> KeyPrefix.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must");
  }

  @Test
  void aPrefixIsBounded() {
    assertThat(KeyPrefix.parse("ä/".repeat(170)).text()).hasSize(340);
    assertThatThrownBy(() -> KeyPrefix.parse("ä/".repeat(171)))
        .hasMessageContaining("at most 512 bytes");
    assertThatThrownBy(() -> KeyPrefix.parse("a".repeat(256)))
        .hasMessageContaining("at most 255 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "https://s3.example, https://s3.example",
    "HTTPS://S3.Example:443/, https://s3.example",
    "http://s3.example:80, http://s3.example",
    "http://s3.example:443, http://s3.example:443",
    "http://[::1]:9000, http://[::1]:9000"
  })
  void anEndpointHasOneForm(String written, String canonical) {
    assertThat(S3Endpoint.parse(written).text()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3.example",
        "s3.example:9000",
        "ftp://s3.example",
        "https://",
        "https://s3.example/path",
        "https://s3.example?x",
        "https://s3.example#x",
        "https://user@s3.example",
        "https://user:secret@s3.example",
        "https://s3.example:0",
        "https://s3.example:65536",
        "https:s3.example",
        "https://s3 example"
      })
  void anEndpointIsRefused(String written) {
    assertThatThrownBy(() -> S3Endpoint.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must be http");
  }

  @ParameterizedTest
  @CsvSource({
    "b, in, , b, in, , true",
    "b, '', , b, in, , true",
    "b, in/a, , b, in, , true",
    "b, in, , b, inner, , false",
    "b, in, , c, in, , false",
    "b, in, , b, in, https://s3.example, false",
    "b, in, , b, in, https://s3.eu-west-1.amazonaws.com, true",
    "b, in, http://s3.example:9000, b, in, http://s3.example:9001, false",
    "b, in, http://s3.example, b, in, https://s3.example, true"
  })
  void overlaps(
      String bucket,
      String prefix,
      @Nullable String endpoint,
      String otherBucket,
      String otherPrefix,
      @Nullable String otherEndpoint,
      boolean overlap) {
    S3Place one = place(bucket, prefix, endpoint);
    S3Place other = place(otherBucket, otherPrefix, otherEndpoint);

    assertThat(one.overlaps(other)).isEqualTo(overlap);
    assertThat(other.overlaps(one)).isEqualTo(overlap);
  }

  static Stream<S3Place> places() {
    S3Encryption kms = new S3Encryption(S3Encryption.Type.KMS, "key");
    return Stream.of(
        place("b", "", null),
        place("b", "in", "https://s3.example", new S3Access.Profile("p"), kms),
        place("b", "in", null, new S3Access.Keys("AKIA"), kms),
        place("b", "in", null, new S3Access.Role("arn:x", null, null), kms),
        place("b", "in", null, new S3Access.Role("arn:x", "ext", "AKIA"), kms));
  }

  @ParameterizedTest
  @MethodSource("places")
  void aRowSaysAllOfIt(S3Place place) {
    S3Columns row = S3Columns.of(place, LITTLE);

    assertThat(row.place()).isEqualTo(place);
    assertThat(row.behaviour()).isEqualTo(LITTLE);
  }

  @Test
  void whatTheServerCanMayBeLeftUnused() throws Exception {
    S3Behaviour.Claimed less = new S3Behaviour.Claimed(false, null, false, null, false);

    assertThat(ALL.with(less)).isEqualTo(new S3Behaviour(false, true, false, true, false));
    assertThat(LITTLE.with(S3Behaviour.Claimed.NOTHING)).isEqualTo(LITTLE);
  }

  @Test
  void whatItCannotIsSaid() {
    for (S3Behaviour.Claimed more :
        new S3Behaviour.Claimed[] {
          new S3Behaviour.Claimed(true, null, null, null, null),
          new S3Behaviour.Claimed(null, null, true, null, null),
          new S3Behaviour.Claimed(null, null, null, true, null)
        }) {
      assertThatThrownBy(() -> LITTLE.with(more))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("claims");
    }
  }

  @Test
  void secretsAreNotShown() {
    NewS3Store wanted =
        new NewS3Store(
            place(
                "b",
                "in",
                null,
                new S3Access.Keys("AKIA"),
                new S3Encryption(S3Encryption.Type.SERVER, null)),
            "geheim",
            S3Behaviour.Claimed.NOTHING);

    assertThat(wanted.toString()).contains("AKIA").doesNotContain("geheim");
  }
}
