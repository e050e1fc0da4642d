package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.Seeds;
import io.quaymaster.files.StoreKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and keys are each other's, one to one. */
class KeyNamesTest {
  private final KeyNames names = new KeyNames("in/");

  /** What is easy to get wrong: our own escapes, halves of characters, what XML cannot say. */
  private static final List<String> PIECES =
      List.of(
          "a",
          "\u00e4",
          "\uF700",
          "\uF72F",
          "\uF77F",
          "\uF7FF",
          "\uF800",
          "\uFFFD",
          "\uFFFE",
          "\uFDD0",
          "\u0085",
          "\u0001",
          "\n",
          "\u007F",
          "\uD83D\uDE00",
          "\uDBFF\uDFFF",
          ".",
          "%2F",
          "+",
          "\\");

  @Test
  void everyNameHasAKeyOfItsOwnThatTellsTheName() {
    Map<String, FileName> seen = new HashMap<>();
    Seeds.forAll(
        4_000,
        random -> {
          FileName name = name(random);
          String key = names.file(StoreKey.ROOT.child(name));
          assertThat(key).startsWith("in/").isEqualTo(wellFormed(key));
          assertThat(key.chars()).as("XML can say it").noneMatch(c -> c < 0x20 || c == 0x7F);
          assertThat(KeyNames.name(key.substring(3))).isEqualTo(name);
          assertThat(seen.put(key, name)).isIn(null, name);
        });
  }

  @Test
  void aKeyIsOneNamesOrNobodys() {
    Seeds.forAll(
        4_000,
        random -> {
          String component = text(random);
          FileName name = KeyNames.name(component);
          if (name != null) {
            assertThat(names.file(StoreKey.ROOT.child(name))).isEqualTo("in/" + component);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a b", "\u00e4\u4e2d\uD83D\uDE00", "...", "\uFFFD", "\uF6FF\uF800", "\uFDD0"})
  void ordinaryKeysOfOtherToolsAreTheirOwnNames(String component) {
    FileName name = Objects.requireNonNull(KeyNames.name(component));
    assertThat(name).isEqualTo(FileName.ofUnicode(component));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "\uF72E",
        "\uF72E\uF72E",
        "\uF700",
        "a\uF72Fb",
        "\uF741",
        "\uF7C3\uF7A4",
        "\n",
        "\u0085",
        "\uFFFF",
        "\uD800"
      })
  void whatNoNameHasCannotBeReached(String component) {
    assertThat(KeyNames.name(component)).isNull();
    assertThat(names.isReachable("in/a/" + component + "/b")).isFalse();
  }

  @Test
  void namesAndKeysHaveTheirLimits() throws FileFailure {
    assertThat(KeyNames.name("x".repeat(255))).isNotNull();
    assertThat(KeyNames.name("x".repeat(256))).isNull();
    assertThat(KeyNames.name("\u00e4".repeat(128))).isNull();
    StoreKey odd = StoreKey.ROOT.child(new FileName("\u00ff".repeat(255)));
    assertThat(names.file(odd).getBytes(StandardCharsets.UTF_8)).hasSize(3 + 3 * 255);
    StoreKey deep = odd.child(new FileName("x".repeat(255)));
    assertThat(names.file(deep).getBytes(StandardCharsets.UTF_8)).hasSize(1024);
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> names.directory(deep))
        .matches(failure -> failure.kind() == FileFailure.Kind.NAME_TOO_LONG);
  }

  @Test
  void keysAreOrderedAsServersListThem() {
    Seeds.forAll(
        500,
        random -> {
          String one = wellFormed(text(random));
          String other = wellFormed(text(random));
          assertThat(Integer.signum(KeyNames.ORDER.compare(one, other)))
              .isEqualTo(
                  Integer.signum(
                      Arrays.compareUnsigned(
                          one.getBytes(StandardCharsets.UTF_8),
                          other.getBytes(StandardCharsets.UTF_8))));
        });
  }

  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static FileName name(Random random) {
    return random.nextBoolean()
        ? new FileName(Seeds.component(random))
        : FileName.ofUnicode("x" + wellFormed(text(random)));
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(8); left > 0; left--) {
      text.append(
          random.nextInt(4) == 0
              ? Character.toString((char) (1 + random.nextInt(0xFFFF)))
              : Seeds.pick(random, PIECES));
    }
    return text.toString().replace('/', '_');
  }
}
