package io.quaymaster.quota;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One gate for each store: whatever changes both the store and the ledger passes it, and a count
 * closes it, so that what is counted and what the ledger says belong to the same moment. Taken
 * before every other lock of the byte way.
 */
public final class StoreGates {
  private final Map<Long, ReadWriteLock> gates = new ConcurrentHashMap<>();

  private ReadWriteLock gate(long storeId) {
    return gates.computeIfAbsent(storeId, id -> new ReentrantReadWriteLock());
  }

  /** For a change: many at once. */
  public Lock passing(long storeId) {
    return gate(storeId).readLock();
  }

  /** For a count: alone. */
  Lock closing(long storeId) {
    return gate(storeId).writeLock();
  }
}
