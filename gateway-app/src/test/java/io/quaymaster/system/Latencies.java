package io.quaymaster.system;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long things took. Threads: any. */
final class Latencies {
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

  void add(long nanoseconds) {
    nanos.add(nanoseconds);
  }

  private static double milliseconds(List<Long> sorted, double quantile) {
    int at = (int) Math.ceil(sorted.size() * quantile) - 1;
    return sorted.get(Math.max(at, 0)) / 1e6;
  }

  @Override
  public String toString() {
    List<Long> sorted = List.copyOf(nanos).stream().sorted().toList();
    return "%.0f ms (median), %.0f ms (p99), %.0f ms (longest)"
        .formatted(milliseconds(sorted, 0.5), milliseconds(sorted, 0.99), milliseconds(sorted, 1));
  }
}
