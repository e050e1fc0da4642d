package io.quaymaster.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The penalties of a bounded number of sources. When there are more, the one that ends first goes
 * first, as OpenSSH does in its permissive mode: a flood of sources pushes out the least penalties
 * and never the great ones. Threads: one at a time.
 */
final class PenaltyTable<K extends Comparable<K>> {
  private record End<K extends Comparable<K>>(Instant at, K key) {}

  private final PenaltyRules rules;
  private final int most;
  private final Map<K, Penalty> penalties = new HashMap<>();
  private final TreeSet<End<K>> ends =
      new TreeSet<>(Comparator.comparing(End<K>::at).thenComparing(End<K>::key));

  PenaltyTable(PenaltyRules rules, int most) {
    this.rules = rules;
    this.most = most;
  }

  /** Adds a penalty and says what is owed now. */
  Penalty charge(K key, PenaltyKind kind, Duration charge, Instant now) {
    Penalty before = penalties.getOrDefault(key, Penalty.none(kind));
    Penalty after = before.plus(kind, charge, now, rules);
    put(key, after, now);
    return after;
  }

  /** The ban of another process; of two the one that ends later counts. */
  void learn(K key, Penalty penalty, Instant now) {
    Penalty known = penalties.get(key);
    if (known == null || known.endsAt().isBefore(penalty.endsAt())) {
      put(key, penalty, now);
    }
  }

  Optional<Penalty> ban(K key, Instant now) {
    return Optional.ofNullable(penalties.get(key)).filter(p -> p.isBan(now));
  }

  void forget(K key) {
    Penalty gone = penalties.remove(key);
    if (gone != null) {
      ends.remove(new End<>(gone.endsAt(), key));
    }
  }

  List<K> banned(Instant now) {
    return penalties.entrySet().stream()
        .filter(e -> e.getValue().isBan(now))
        .map(Map.Entry::getKey)
        .toList();
  }

  int size() {
    return penalties.size();
  }

  private void put(K key, Penalty penalty, Instant now) {
    forget(key);
    penalties.put(key, penalty);
    ends.add(new End<>(penalty.endsAt(), key));
    while (penalties.size() > most || isOver(ends.first(), now)) {
      forget(ends.first().key());
    }
  }

  private boolean isOver(End<K> end, Instant now) {
    Penalty penalty = penalties.get(end.key());
    return penalty != null && penalty.isForgotten(now, rules);
  }
}
