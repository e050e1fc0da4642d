package io.quaymaster.quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What the ledger shows to Prometheus. */
public final class LedgerMeters {
  private final MeterRegistry registry;
  private final AtomicLong driftBytes;
  private final Counter settlements;

  public LedgerMeters(MeterRegistry registry) {
    this.registry = registry;
    this.driftBytes = registry.gauge("quaymaster.quota.drift.bytes", new AtomicLong());
    this.settlements = registry.counter("quaymaster.quota.settlements");
    denials("bytes");
    denials("files");
  }

  /** What this process was granted and has not settled. */
  void showReserved(QuotaLedger ledger) {
    registry.gauge("quaymaster.quota.reserved.bytes", ledger, QuotaLedger::reservedBytes);
  }

  private Counter denials(String what) {
    return registry.counter("quaymaster.quota.denials", "limit", what);
  }

  void denied(String what) {
    denials(what).increment();
  }

  void settled() {
    settlements.increment();
  }

  /** What a count had to correct, whichever way. */
  void drifted(long bytes) {
    driftBytes.addAndGet(Math.abs(bytes));
  }
}
