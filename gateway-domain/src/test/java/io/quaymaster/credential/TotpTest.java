package io.quaymaster.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
  /** "12345678901234567890", the secret of RFC 6238's appendix B. */
  private static final Totp RFC = Totp.ofBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");

  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void codesAreThoseOfTheRfc(long seconds, String code) {
    Instant time = Instant.ofEpochSecond(seconds);
    assertThat(RFC.codeAt(Totp.stepAt(time))).isEqualTo(code);
    assertThat(RFC.stepOf(code, time)).hasValue(Totp.stepAt(time));
    assertThat(RFC.stepOf(code, time.plusSeconds(30))).hasValue(Totp.stepAt(time));
    assertThat(RFC.stepOf(code, time.minusSeconds(30))).hasValue(Totp.stepAt(time));
    assertThat(RFC.stepOf(code, time.plusSeconds(60))).isEmpty();
    assertThat(RFC.stepOf(code, time.minusSeconds(60))).isEmpty();
  }

  @Test
  void aSecretIsTypedAsItWasShown() {
    Totp made = Totp.random();
    assertThat(made.base32()).matches("[A-Z2-7]{32}");
    assertThat(Totp.ofBase32(made.base32()).codeAt(1)).isEqualTo(made.codeAt(1));
    assertThat(made).hasToString("Totp[***]");
    assertThatThrownBy(() -> Totp.ofBase32("gezd")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theUriNamesTheLogin() {
    assertThat(RFC.uri("Quaymaster", "alice+x@acme"))
        .isEqualTo(
            "otpauth://totp/Quaymaster:alice%2Bx%40acme?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Quaymaster&algorithm=SHA1&digits=6&period=30");
  }

  /** RFC 4648, section 10. */
  @ParameterizedTest
  @CsvSource({
    "f, MY",
    "fo, MZXQ",
    "foo, MZXW6",
    "foob, MZXW6YQ",
    "fooba, MZXW6YTB",
    "foobar, MZXW6YTBOI"
  })
  void base32IsThatOfTheRfc(String plain, String base32) {
    byte[] bytes = plain.getBytes(StandardCharsets.US_ASCII);
    assertThat(Base32.encode(bytes)).isEqualTo(base32);
    assertThat(Base32.decode(base32)).isEqualTo(bytes);
  }

  @Test
  void aRecoveryCodeIsReadHoweverItIsTyped() {
    RecoveryCode made = RecoveryCode.random();
    assertThat(made.shown()).matches("([a-z2-7]{4}-){3}[a-z2-7]{4}");
    for (String typed :
        new String[] {
          made.shown(),
          made.shown().replace("-", ""),
          " " + made.shown().toUpperCase(Locale.ROOT) + " "
        }) {
      assertThat(RecoveryCode.parse(typed).orElseThrow().hash()).isEqualTo(made.hash());
    }
    assertThat(Stream.of("", "123456", made.shown() + "a", "abcd-efgh-ijkl-mno1"))
        .allMatch(typed -> RecoveryCode.parse(typed).isEmpty());
    assertThat(made).hasToString("RecoveryCode[***]");
  }
}
