package io.quaymaster.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.account.SourceRange;
import io.quaymaster.files.Seeds;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceNetworkTest {
  private static SourceNetwork network(String text) {
    return SourceNetwork.parse(text);
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 203.0.113.7/32",
    "203.0.113.0/24, 203.0.113.0/24",
    "0.0.0.0/0, 0.0.0.0/0",
    "255.255.255.255, 255.255.255.255/32",
    "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32",
    "::/0, 0:0:0:0:0:0:0:0/0",
    "::1, 0:0:0:0:0:0:0:1/128"
  })
  void isWrittenAsItIsRead(String text, String shown) {
    assertThat(network(text)).hasToString(shown);
    assertThat(network(shown)).isEqualTo(network(text));
  }

  @Test
  void bitsBehindThePrefixAreRefused() {
    assertThatThrownBy(() -> network("203.0.113.7/24")).hasMessageContaining("behind its prefix");
  }

  @Test
  void anIpv4AddressIsTheSameNetworkAsTheMappedOne() throws UnknownHostException {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 10;
    mapped[15] = 9;
    // The JDK turns it into an IPv4 address by itself, unless it has a scope.
    InetAddress scoped = Inet6Address.getByAddress("x", mapped, 3);
    assertThat(scoped.getAddress()).hasSize(16);
    assertThat(SourceNetwork.of(scoped)).isEqualTo(network("10.0.0.9"));
    assertThat(NetworkBlocks.DEFAULTS.of(scoped)).hasToString("10.0.0.9/32");
  }

  @Test
  void aSourceIsAnAddressOfIpv4AndASubnetOfIpv6() {
    assertThat(NetworkBlocks.DEFAULTS.of(InetAddress.ofLiteral("203.0.113.7")))
        .hasToString("203.0.113.7/32");
    assertThat(NetworkBlocks.DEFAULTS.of(InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6")))
        .isEqualTo(network("2001:db8:1:2::/64"));
    assertThat(new NetworkBlocks(24, 48).of(InetAddress.ofLiteral("203.0.113.7")))
        .hasToString("203.0.113.0/24");
  }

  @Test
  void allOfIpv6HoldsNothingOfIpv4() {
    assertThat(network("::/0").covers(network("203.0.113.7"))).isFalse();
    assertThat(network("::/0").covers(network("2001:db8::1"))).isTrue();
    assertThat(network("0.0.0.0/0").covers(network("203.0.113.7"))).isTrue();
    assertThat(network("0.0.0.0/0").covers(network("::1"))).isFalse();
  }

  private static InetAddress address(Random random) throws UnknownHostException {
    byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
    random.nextBytes(bytes);
    if (random.nextBoolean()) {
      // Near to each other, so that networks meet.
      Arrays.fill(bytes, 0, bytes.length - 1, (byte) 1);
    }
    return InetAddress.getByAddress(bytes);
  }

  /** Two ways to compute the same: bytes here, words there. */
  @Test
  void holdsWhatTheRangeHolds() {
    Seeds.forAll(
        20_000,
        random -> {
          InetAddress one = address(random);
          InetAddress other = address(random);
          int bits = random.nextInt(one.getAddress().length * 8 + 1);
          SourceNetwork network = new NetworkBlocks(Math.min(bits, 32), bits).of(one);
          SourceRange range = SourceRange.parse(network.toString());
          assertThat(network.covers(SourceNetwork.of(one))).isTrue();
          assertThat(network.covers(SourceNetwork.of(other)))
              .as("%s in %s", other, network)
              .isEqualTo(range.contains(other));
          assertThat(SourceNetwork.parse(network.toString())).isEqualTo(network);
        });
  }

  @Test
  void theMapFindsTheNarrowestThatHoldsAnAddress() {
    Seeds.forAll(
        500,
        random -> {
          NetworkMap<SourceNetwork> map = new NetworkMap<>();
          List<SourceNetwork> all = new ArrayList<>();
          for (int i = random.nextInt(20); i >= 0; i--) {
            InetAddress address = address(random);
            int width = address.getAddress().length * 8;
            int bits = random.nextInt(width + 1);
            SourceNetwork network = new NetworkBlocks(Math.min(bits, 32), bits).of(address);
            map.put(network, network);
            all.add(network);
            if (random.nextInt(4) == 0) {
              map.remove(network);
              all.removeIf(network::equals);
            }
          }
          SourceNetwork asked = SourceNetwork.of(address(random));
          assertThat(map.find(asked).map(SourceNetwork::prefixBits))
              .isEqualTo(
                  all.stream()
                      .filter(n -> n.covers(asked))
                      .map(SourceNetwork::prefixBits)
                      .max(Integer::compare));
        });
  }
}
