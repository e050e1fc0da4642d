package io.quaymaster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlacePathTest {
  @ParameterizedTest
  @CsvSource({"a/b, a/b", "/a//b/, a/b", "'', ''", "/, ''", "ä/ö, ä/ö", "a b, a b"})
  void hasOneForm(String written, String canonical) {
    assertThat(PlacePath.parse(written).text()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a/../b", ".", "a/.", "a\u0000b", "a\nb", "\ud800"})
  void refuses(String written) {
    assertThatThrownBy(() -> PlacePath.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must");
  }

  @Test
  void refusesWhatIsTooLong() {
    assertThatThrownBy(() -> PlacePath.parse("a".repeat(256)))
        .hasMessageContaining("at most 255 bytes");
    assertThatThrownBy(() -> PlacePath.parse("a/".repeat(3000)))
        .hasMessageContaining("at most 4095 bytes");
  }

  @ParameterizedTest
  @CsvSource({"a, a, true", "a, a/b, true", "a/b, a, true", "a, ab, false", "a/b, a/c, false"})
  void overlaps(String one, String other, boolean overlap) {
    assertThat(PlacePath.parse(one).overlaps(PlacePath.parse(other))).isEqualTo(overlap);
  }
}
