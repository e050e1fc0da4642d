package io.quaymaster.quota;

import java.time.Duration;

/**
 * How the ledger leases and settles.
 *
 * @param firstBlockBytes asked for when a place becomes active; blocks then double
 * @param largestBlockBytes where doubling ends
 * @param blockFiles files asked for at once
 * @param settleInterval what was written is in {@code used} no later than this after its close
 * @param leaseIdle an unspent lease goes back after this long without use
 * @param heartbeat how often a process says that it lives
 * @param deadAfter a process whose heartbeat is older is dead: others settle its leases
 * @param reclaimWait how long a write that is about to be refused waits for other processes to give
 *     unspent leases back
 * @param patience how long a write waits for a database that does not answer
 */
public record LedgerSettings(
    long firstBlockBytes,
    long largestBlockBytes,
    int blockFiles,
    Duration settleInterval,
    Duration leaseIdle,
    Duration heartbeat,
    Duration deadAfter,
    Duration reclaimWait,
    Duration patience) {
  public static final LedgerSettings DEFAULTS =
      new LedgerSettings(
          1 << 20,
          64 << 20,
          256,
          Duration.ofMillis(250),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMillis(500),
          Duration.ofSeconds(30));
}
