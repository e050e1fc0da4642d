package io.quaymaster.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SshPublicKeyTest {
  /** A line that ssh-keygen wrote, and the fingerprint that it printed for it. */
  record Known(String fingerprint, String line) {
    String type() {
      return line.split(" ", 2)[0];
    }

    byte[] blob() {
      return Base64.getDecoder().decode(line.split(" ", 3)[1]);
    }

    @Override
    public String toString() {
      return type();
    }
  }

  static List<Known> known() {
    try (InputStream in = SshPublicKeyTest.class.getResourceAsStream("/public-keys.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ", 2))
          .map(parts -> new Known(parts[0], parts[1]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Known ed25519() {
    return known().getFirst();
  }

  @Test
  void everyTypeThatIsTakenIsTriedHere() {
    assertThat(known().stream().map(Known::type))
        .containsExactlyInAnyOrderElementsOf(SshPublicKey.TYPES);
  }

  @ParameterizedTest
  @MethodSource("known")
  void readsWhatSshKeygenWrites(Known key) {
    SshPublicKey read = SshPublicKey.parse(key.line() + "\n");
    assertThat(read.fingerprint()).isEqualTo(key.fingerprint());
    assertThat(read.type()).isEqualTo(key.type());
    assertThat(key.line()).startsWith(read.text());
    assertThat(SshPublicKey.parse(read.text())).isEqualTo(read);
  }

  @Test
  void keepsTheComment() {
    assertThat(SshPublicKey.parse(ed25519().line()).comment()).isEqualTo("alice@laptop");
    assertThat(SshPublicKey.parse(known().get(3).line()).comment()).isEqualTo("two words");
    assertThat(SshPublicKey.parse(known().get(2).line()).comment()).isEmpty();
  }

  /** Whatever is cut off or added, a damaged key is never taken. */
  @ParameterizedTest
  @MethodSource("known")
  void refusesEveryPrefixAndASurplusByte(Known key) {
    byte[] blob = key.blob();
    for (int length = 0; length < blob.length; length++) {
      String line = line(key.type(), Arrays.copyOf(blob, length));
      assertThatThrownBy(() -> SshPublicKey.parse(line))
          .as("the first %d bytes", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () -> SshPublicKey.parse(line(key.type(), Arrays.copyOf(blob, blob.length + 1))))
        .hasMessageContaining("behind the key");
  }

  @ParameterizedTest
  @MethodSource("known")
  void refusesAnotherTypeThanTheOneInside(Known key) {
    SshPublicKey.TYPES.stream()
        .filter(type -> !type.equals(key.type()))
        .forEach(
            type ->
                assertThatThrownBy(() -> SshPublicKey.parse(line(type, key.blob())))
                    .hasMessageContaining("another type"));
  }

  static Stream<List<String>> refused() {
    String base64 = ed25519().line().split(" ", 3)[1];
    return Stream.of(
        List.of("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "private key"),
        List.of("ssh-dss AAAAB3NzaC1kc3M=", "DSA"),
        List.of("ssh-ed25519-cert-v01@openssh.com AAAA", "certificate"),
        List.of("from=\"10.0.0.1\" " + ed25519().line(), "without options"),
        List.of("ssh-ed25519", "base64"),
        List.of("ssh-ed25519 !!!", "base64"),
        List.of("ssh-ed25519 " + base64 + "=", "base64"),
        List.of("ssh-ed25519 " + base64.substring(0, 20), "damaged"),
        List.of("", "one line"),
        List.of(ed25519().line() + "\n" + ed25519().line(), "one line"),
        List.of("ssh-ed25519 " + "A".repeat(SshPublicKey.MAX_LINE), "at most"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void saysWhyALineIsRefused(List<String> lineAndReason) {
    assertThatThrownBy(() -> SshPublicKey.parse(lineAndReason.get(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(lineAndReason.get(1));
  }

  @Test
  void refusesRsaKeysThatAreTooShortOrTooLongOrNone() {
    BigInteger e = BigInteger.valueOf(65537);
    BigInteger odd = BigInteger.ONE;
    assertThatThrownBy(() -> rsa(e, odd.setBit(1023))).hasMessageContaining("1024 bits");
    assertThatThrownBy(() -> rsa(e, odd.setBit(2046))).hasMessageContaining("2047 bits");
    assertThatThrownBy(() -> rsa(e, odd.setBit(16384))).hasMessageContaining("16385 bits");
    assertThatThrownBy(() -> rsa(e, BigInteger.ZERO.setBit(2047))).hasMessageContaining("no RSA");
    assertThatThrownBy(() -> rsa(BigInteger.ONE, odd.setBit(2047))).hasMessageContaining("no RSA");
    assertThatThrownBy(() -> rsa(BigInteger.TWO, odd.setBit(2047))).hasMessageContaining("no RSA");
    assertThatThrownBy(() -> rsa(e.negate(), odd.setBit(2047))).hasMessageContaining("damaged");
    assertThat(rsa(e, odd.setBit(2047)).type()).isEqualTo("ssh-rsa");
    assertThat(rsa(e, odd.setBit(16383)).type()).isEqualTo("ssh-rsa");
  }

  @Test
  void refusesAPointThatIsNotOnItsCurve() {
    Known key = known().get(1);
    byte[] blob = key.blob();
    blob[blob.length - 1] ^= 1;
    assertThatThrownBy(() -> SshPublicKey.parse(line(key.type(), blob)))
        .hasMessageContaining("no point");
  }

  private static SshPublicKey rsa(BigInteger exponent, BigInteger modulus) {
    byte[] name = "ssh-rsa".getBytes(StandardCharsets.US_ASCII);
    byte[] e = exponent.toByteArray();
    byte[] n = modulus.toByteArray();
    ByteBuffer blob = ByteBuffer.allocate(12 + name.length + e.length + n.length);
    for (byte[] part : List.of(name, e, n)) {
      blob.putInt(part.length).put(part);
    }
    return SshPublicKey.parse(line("ssh-rsa", blob.array()));
  }

  private static String line(String type, byte[] blob) {
    return type + " " + Base64.getEncoder().encodeToString(blob);
  }
}
