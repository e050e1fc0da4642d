package io.quaymaster.quota;

/** What the ledger does before usage is read, so that all that is settled can be seen. */
@FunctionalInterface
public interface UsageFlush {
  /** Returns when everything settled so far in this process stands in the database. Bounded. */
  void flush();
}
