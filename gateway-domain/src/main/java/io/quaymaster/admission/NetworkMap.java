package io.quaymaster.admission;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Values by network, found by any address or network in it: one look for each length of prefix that
 * there is. Threads: one at a time.
 */
final class NetworkMap<V> {
  private final Map<SourceNetwork, V> values = new HashMap<>();

  /** How many networks have a prefix of so many bits; the narrow ones first. */
  private final TreeMap<Integer, Integer> prefixes = new TreeMap<>(Comparator.reverseOrder());

  void put(SourceNetwork network, V value) {
    if (values.put(network, value) == null) {
      prefixes.merge(network.prefixBits(), 1, Integer::sum);
    }
  }

  void remove(SourceNetwork network) {
    if (values.remove(network) != null) {
      prefixes.computeIfPresent(network.prefixBits(), (_, n) -> n == 1 ? null : n - 1);
    }
  }

  /** The value of the narrowest network that holds this one. */
  Optional<V> find(SourceNetwork source) {
    for (int bits : prefixes.keySet()) {
      SourceNetwork wider = source.widened(Math.min(bits, source.prefixBits()));
      V value = values.get(wider);
      if (value != null && wider.covers(source)) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  Map<SourceNetwork, V> all() {
    return Map.copyOf(values);
  }

  void clear() {
    values.clear();
    prefixes.clear();
  }
}
