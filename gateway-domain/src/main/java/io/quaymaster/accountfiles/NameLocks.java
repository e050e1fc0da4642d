package io.quaymaster.accountfiles;

import io.quaymaster.files.StoreKey;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps what the ledger counts and what a name stands for together: while a name is made, removed
 * or changed, nobody else in this process changes that name. Renaming a directory changes the paths
 * of everything below it, so it is done alone in its store.
 */
final class NameLocks {
  private static final int STRIPES = 256;

  private final ReentrantReadWriteLock tree = new ReentrantReadWriteLock();
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  NameLocks() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  Held name(StoreKey key) {
    tree.readLock().lock();
    Lock stripe = stripes[stripeOf(key)];
    stripe.lock();
    return () -> {
      stripe.unlock();
      tree.readLock().unlock();
    };
  }

  Held names(StoreKey one, StoreKey other) {
    int a = stripeOf(one);
    int b = stripeOf(other);
    if (a == b) {
      return name(one);
    }
    tree.readLock().lock();
    Lock first = stripes[Math.min(a, b)];
    Lock second = stripes[Math.max(a, b)];
    first.lock();
    second.lock();
    return () -> {
      second.unlock();
      first.unlock();
      tree.readLock().unlock();
    };
  }

  Held wholeTree() {
    tree.writeLock().lock();
    return () -> tree.writeLock().unlock();
  }

  private static int stripeOf(StoreKey key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (STRIPES - 1);
  }
}
