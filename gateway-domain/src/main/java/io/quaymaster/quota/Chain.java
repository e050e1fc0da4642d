package io.quaymaster.quota;

import io.quaymaster.files.StoreKey;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every scope that a file counts in: each place that it lies in from the innermost outwards, and
 * its tenant. In this order they are asked, so that who is refused in its own place has taken
 * nothing from what it shares. Two files with equal chains can change places without the ledger
 * hearing of it.
 */
public final class Chain {
  private final List<ScopeLedger> scopes;

  Chain(List<ScopeLedger> scopes) {
    this.scopes =
        scopes.stream()
            .sorted(
                Comparator.comparingInt(Chain::depth).reversed().thenComparingLong(ScopeLedger::id))
            .toList();
  }

  private static int depth(ScopeLedger scope) {
    StoreKey key = scope.row().key();
    return key == null ? -1 : key.byteText().length();
  }

  List<ScopeLedger> scopes() {
    return scopes;
  }

  /** The scopes of this chain that the other has not. */
  Chain without(Chain other) {
    return new Chain(scopes.stream().filter(s -> !other.scopes.contains(s)).toList());
  }

  Chain with(ScopeLedger scope) {
    return new Chain(Stream.concat(scopes.stream(), Stream.of(scope)).toList());
  }

  boolean contains(long scopeId) {
    return scopes.stream().anyMatch(s -> s.id() == scopeId);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Chain that && scopes.equals(that.scopes);
  }

  @Override
  public int hashCode() {
    return scopes.hashCode();
  }

  @Override
  public String toString() {
    return scopes.stream()
        .map(s -> Long.toString(s.id()))
        .collect(Collectors.joining(",", "scopes ", ""));
  }
}
