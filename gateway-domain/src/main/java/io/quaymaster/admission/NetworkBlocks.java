package io.quaymaster.admission;

import java.net.InetAddress;

/**
 * What counts as one source, as OpenSSH's {@code PerSourceNetBlockSize}.
 *
 * @param v4Bits 32: each address by itself
 * @param v6Bits 64: what one customer of a provider usually has
 */
public record NetworkBlocks(int v4Bits, int v6Bits) {
  public static final NetworkBlocks DEFAULTS = new NetworkBlocks(32, 64);

  /**
   * @throws IllegalArgumentException for prefixes that there are not
   */
  public NetworkBlocks {
    if (v4Bits < 0 || v4Bits > 32 || v6Bits < 0 || v6Bits > 128) {
      throw new IllegalArgumentException("no prefixes: " + v4Bits + " and " + v6Bits);
    }
  }

  /** The source that an address belongs to. */
  public SourceNetwork of(InetAddress address) {
    SourceNetwork alone = SourceNetwork.of(address);
    return alone.widened(alone.isV4() ? 96 + v4Bits : v6Bits);
  }
}
