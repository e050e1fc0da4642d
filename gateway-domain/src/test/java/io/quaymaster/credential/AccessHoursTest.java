package io.quaymaster.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.credential.AccessHours.Window;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessHoursTest {
  private static final AccessHours OFFICE =
      AccessHours.of("Europe/Berlin", List.of("mon-fri 08:00-18:00", "sun-mon 22:00-24:00"));

  /** The first is a Monday; Berlin is one hour ahead of UTC in winter and two in summer. */
  @ParameterizedTest
  @CsvSource({
    "2026-06-01T05:59:59Z, false",
    "2026-06-01T06:00:00Z, true",
    "2026-06-01T15:59:59Z, true",
    "2026-06-01T16:00:00Z, false",
    "2026-06-01T20:00:00Z, true",
    "2026-06-02T20:00:00Z, false",
    "2026-06-06T10:00:00Z, false",
    "2026-06-07T21:59:59Z, true",
    "2026-06-07T22:00:00Z, false",
    "2026-12-07T06:59:59Z, false",
    "2026-12-07T07:00:00Z, true"
  })
  void windowsAreByTheClockOnTheWall(Instant at, boolean allowed) {
    assertThat(OFFICE.allow(at)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mon-fri 08:00-18:00", "sat 00:00-24:00", "sun-mon 22:00-24:00"})
  void whatIsWrittenIsReadAgain(String window) {
    assertThat(Window.parse(window)).hasToString(window);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mon",
        "monday 08:00-18:00",
        "xyz 08:00-18:00",
        "mon 8:00-18:00",
        "mon 18:00-08:00",
        "mon 08:00-08:00",
        "mon 08:60-18:00",
        "mon 08:00-24:01",
        "mon 08:00-18:00 "
      })
  void whatMakesNoSenseIsRefused(String window) {
    assertThatThrownBy(() -> Window.parse(window)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aZoneMustExist() {
    assertThatThrownBy(() -> AccessHours.parseZone("Europe/Atlantis"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
