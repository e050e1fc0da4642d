package io.quaymaster.quota;

import io.quaymaster.files.StoreKey;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The quota places around one key of a store, as this process knows them: those above it, it, and
 * those below. Shared by the sessions that work there; read anew when an admin makes a place.
 */
public final class Places {
  /** One snapshot: swapped whole when places change. */
  private record Known(
      Chain common, Map<StoreKey, ScopeLedger> below, Map<Chain, Chain> interned) {}

  private final long tenantId;
  private final long storeId;
  private final StoreKey root;
  private volatile Known known = new Known(new Chain(List.of()), Map.of(), Map.of());

  /** Sessions that work here; guarded by the ledger. */
  int users;

  Places(long tenantId, long storeId, StoreKey root) {
    this.tenantId = tenantId;
    this.storeId = storeId;
    this.root = root;
  }

  long tenantId() {
    return tenantId;
  }

  long storeId() {
    return storeId;
  }

  StoreKey root() {
    return root;
  }

  /** Takes over what the database says now. */
  void read(ScopeLedger tenant, List<ScopeLedger> around) {
    List<ScopeLedger> common = new ArrayList<>(List.of(tenant));
    Map<StoreKey, ScopeLedger> below = new HashMap<>();
    for (ScopeLedger place : around) {
      StoreKey key = keyOf(place.row());
      if (root.startsWith(key)) {
        common.add(place);
      } else {
        below.put(key, place);
      }
    }
    known = new Known(new Chain(common), Map.copyOf(below), new ConcurrentHashMap<>());
  }

  Stream<ScopeLedger> scopes() {
    Known now = known;
    return Stream.concat(now.common.scopes().stream(), now.below.values().stream());
  }

  private static StoreKey keyOf(ScopeRow row) {
    StoreKey key = row.key();
    if (key == null) {
      throw new IllegalArgumentException("scope " + row.id() + " is no place");
    }
    return key;
  }

  /** What a file with this key counts in. */
  public Chain chainOf(StoreKey key) {
    Known now = known;
    if (now.below.isEmpty()) {
      return now.common;
    }
    List<ScopeLedger> nested = new ArrayList<>(0);
    for (StoreKey at = key; at.byteText().length() > root.byteText().length(); at = at.parent()) {
      @Nullable ScopeLedger place = now.below.get(at);
      if (place != null) {
        nested.add(place);
      }
    }
    if (nested.isEmpty()) {
      return now.common;
    }
    nested.addAll(now.common.scopes());
    Chain chain = new Chain(nested);
    return now.interned.computeIfAbsent(chain, c -> c);
  }

  /**
   * Whether a place begins at this key or below it, so that the key cannot be given another name.
   */
  public boolean anyAtOrBelow(StoreKey key) {
    Known now = known;
    return now.below.keySet().stream().anyMatch(place -> place.startsWith(key));
  }
}
