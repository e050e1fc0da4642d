package io.quaymaster.account;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Addresses that a client may come from, in CIDR notation (RFC 4632, RFC 4291): {@code
 * 203.0.113.0/24}, {@code 2001:db8::/32}. An address alone means just itself.
 */
public final class SourceRange {
  /** No octal, no short forms: what one program reads as 10.0.0.8 another reads as 10.0.0.10. */
  private static final Pattern V4 =
      Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");

  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final int MAX_LENGTH = 64;

  private final InetAddress network;
  private final byte[] bytes;
  private final int prefixBits;

  private SourceRange(InetAddress network, int prefixBits) {
    this.network = network;
    this.bytes = network.getAddress();
    this.prefixBits = prefixBits;
  }

  /**
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static SourceRange parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("is no address range");
    }
    int slash = text.indexOf('/');
    InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
    int width = address.getAddress().length * 8;
    int bits = slash < 0 ? width : prefix(text.substring(slash + 1), width);
    SourceRange range = new SourceRange(address, bits);
    if (!Arrays.equals(range.bytes, masked(range.bytes, bits))) {
      throw new IllegalArgumentException("has bits set behind its prefix");
    }
    return range;
  }

  /** Its first address. */
  public InetAddress network() {
    return network;
  }

  /** Of 32 or of 128. */
  public int prefixBits() {
    return prefixBits;
  }

  public boolean contains(InetAddress address) {
    byte[] other = address.getAddress();
    return other.length == bytes.length && Arrays.equals(bytes, masked(other, prefixBits));
  }

  /** Whether every address of the other range is in this one. */
  public boolean covers(SourceRange other) {
    return other.prefixBits >= prefixBits && contains(other.network);
  }

  /** Whether a list lets an address in; an empty list lets every address in. */
  public static boolean allow(List<SourceRange> ranges, InetAddress address) {
    return ranges.isEmpty() || ranges.stream().anyMatch(r -> r.contains(address));
  }

  private static InetAddress address(String text) {
    try {
      if (V4.matcher(text).matches()) {
        return Inet4Address.ofLiteral(text);
      }
      if (V6.matcher(text).matches() && Inet6Address.ofLiteral(text) instanceof Inet6Address six) {
        return six;
      }
    } catch (IllegalArgumentException notAnAddress) {
      throw new IllegalArgumentException("is no IPv4 or IPv6 address range", notAnAddress);
    }
    throw new IllegalArgumentException("is no IPv4 or IPv6 address range");
  }

  private static int prefix(String text, int width) {
    if (!text.matches("0|[1-9]\\d{0,2}") || Integer.parseInt(text) > width) {
      throw new IllegalArgumentException("must have a prefix of 0 to " + width + " bits");
    }
    return Integer.parseInt(text);
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - 8L * i, 0, 8);
      masked[i] &= (byte) (0xff00 >> kept);
    }
    return masked;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourceRange that
        && prefixBits == that.prefixBits
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bytes) + prefixBits;
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefixBits;
  }
}
