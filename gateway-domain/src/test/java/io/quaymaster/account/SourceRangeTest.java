package io.quaymaster.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRangeTest {
  @ParameterizedTest
  @CsvSource({
    "203.0.113.0/24, 203.0.113.255, true",
    "203.0.113.0/24, 203.0.114.0, false",
    "203.0.113.7, 203.0.113.7, true",
    "203.0.113.7, 203.0.113.6, false",
    "10.0.0.0/9, 10.127.0.1, true",
    "10.0.0.0/9, 10.128.0.1, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "0.0.0.0/0, ::1, false",
    "::/0, ::1, true",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "2001:db8::1, 2001:db8::1, true"
  })
  void contains(String range, String address, boolean inside) {
    assertThat(SourceRange.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "example.com",
        "10.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/",
        "10.0.0.1/24",
        "2001:db8::/129",
        "2001:db8::1/64",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "1:2:3",
        "10.0.0.0/8/8",
        " 10.0.0.0/8"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> SourceRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsWhatItWrites() {
    for (String text : List.of("203.0.113.0/24", "2001:db8::/32", "::1", "0.0.0.0/0")) {
      SourceRange range = SourceRange.parse(text);
      assertThat(SourceRange.parse(range.toString())).isEqualTo(range);
    }
  }

  @Test
  void covers() {
    SourceRange wide = SourceRange.parse("10.0.0.0/8");
    SourceRange narrow = SourceRange.parse("10.1.0.0/16");
    assertThat(wide.covers(narrow)).isTrue();
    assertThat(wide.covers(wide)).isTrue();
    assertThat(narrow.covers(wide)).isFalse();
    assertThat(SourceRange.parse("::/0").covers(wide)).isFalse();
  }

  @Test
  void anEmptyListAllowsAll() {
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    assertThat(SourceRange.allow(List.of(), address)).isTrue();
    assertThat(SourceRange.allow(List.of(SourceRange.parse("192.0.2.0/24")), address)).isTrue();
    assertThat(SourceRange.allow(List.of(SourceRange.parse("192.0.3.0/24")), address)).isFalse();
  }
}
