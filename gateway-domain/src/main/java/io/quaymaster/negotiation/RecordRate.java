package io.quaymaster.negotiation;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How many failures are written down: so many a minute for each source network (an IPv4 address, an
 * IPv6 /64), so many for all together. Its memory is bounded by the latter. Threads: any.
 */
final class RecordRate {
  private static final int NETWORK_BYTES = 8;

  private final int perSource;
  private final int all;
  private final Clock clock;
  private final Map<ByteBuffer, Integer> admitted = new HashMap<>();
  private long minute;
  private int total;

  RecordRate(int perSource, int all, Clock clock) {
    this.perSource = perSource;
    this.all = all;
    this.clock = clock;
  }

  synchronized boolean admits(InetAddress source) {
    long now = clock.instant().getEpochSecond() / 60;
    if (now != minute) {
      minute = now;
      total = 0;
      admitted.clear();
    }
    ByteBuffer network = network(source);
    int before = admitted.getOrDefault(network, 0);
    if (total >= all || before >= perSource) {
      return false;
    }
    total++;
    admitted.put(network, before + 1);
    return true;
  }

  private static ByteBuffer network(InetAddress source) {
    byte[] address = source.getAddress();
    return ByteBuffer.wrap(Arrays.copyOf(address, Math.min(address.length, NETWORK_BYTES)));
  }
}
