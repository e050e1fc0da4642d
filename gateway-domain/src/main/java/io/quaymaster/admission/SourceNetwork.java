package io.quaymaster.admission;

import io.quaymaster.account.SourceRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Comparator;

/**
 * A network that connections come from. IPv4 is kept as the IPv4-mapped part of IPv6 (RFC 4291,
 * section 2.5.5.2), so an address is the same network whichever way it was written. Its order is of
 * use to hash tables only: strangers choose their addresses, and could choose them to collide.
 *
 * @param prefixBits of 128, also for IPv4
 */
public record SourceNetwork(long high, long low, int prefixBits)
    implements Comparable<SourceNetwork> {
  private static final int MAPPED_BITS = 96;
  private static final long MAPPED_MARK = 0xffffL;
  private static final Comparator<SourceNetwork> ORDER =
      Comparator.comparingLong(SourceNetwork::high)
          .thenComparingLong(SourceNetwork::low)
          .thenComparingInt(SourceNetwork::prefixBits);

  /** Clears the bits behind the prefix. */
  public SourceNetwork {
    if (prefixBits < 0 || prefixBits > 128) {
      throw new IllegalArgumentException("must have a prefix of 0 to 128 bits");
    }
    high &= mask(prefixBits);
    low &= mask(prefixBits - Long.SIZE);
  }

  /** The leading bits of a word; none for less than one, all for more than it has. */
  private static long mask(int bits) {
    if (bits <= 0) {
      return 0;
    }
    return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
  }

  /** An address alone. */
  public static SourceNetwork of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == Integer.BYTES) {
      long v4 = ByteBuffer.wrap(bytes).getInt() & 0xffff_ffffL;
      return new SourceNetwork(0, MAPPED_MARK << Integer.SIZE | v4, 128);
    }
    ByteBuffer v6 = ByteBuffer.wrap(bytes);
    return new SourceNetwork(v6.getLong(), v6.getLong(), 128);
  }

  /**
   * Reads CIDR notation.
   *
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static SourceNetwork parse(String text) {
    SourceRange range = SourceRange.parse(text);
    boolean v4 = range.network().getAddress().length == Integer.BYTES;
    return of(range.network()).widened(v4 ? MAPPED_BITS + range.prefixBits() : range.prefixBits());
  }

  /**
   * The network of so many leading bits that this one lies in.
   *
   * @param bits of 128
   */
  SourceNetwork widened(int bits) {
    return new SourceNetwork(high, low, bits);
  }

  public boolean isV4() {
    return high == 0 && low >>> Integer.SIZE == MAPPED_MARK && prefixBits >= MAPPED_BITS;
  }

  /** As it is written: of 32 for IPv4, of 128 for IPv6. */
  public int writtenPrefixBits() {
    return isV4() ? prefixBits - MAPPED_BITS : prefixBits;
  }

  /** Whether all of the other lies in this one; a network of IPv6 holds nothing of IPv4. */
  public boolean covers(SourceNetwork other) {
    return isV4() == other.isV4()
        && other.prefixBits >= prefixBits
        && other.widened(prefixBits).equals(this);
  }

  @Override
  public int compareTo(SourceNetwork other) {
    return ORDER.compare(this, other);
  }

  /** In CIDR notation. */
  @Override
  public String toString() {
    byte[] bytes =
        isV4()
            ? ByteBuffer.allocate(Integer.BYTES).putInt((int) low).array()
            : ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    try {
      return InetAddress.getByAddress(bytes).getHostAddress() + "/" + writtenPrefixBits();
    } catch (UnknownHostException never) {
      throw new IllegalStateException(never);
    }
  }
}
