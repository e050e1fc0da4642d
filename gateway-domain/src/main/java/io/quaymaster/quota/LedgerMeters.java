package io.quaymaster.quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.concurrent.atomic.AtomicLong;

/** What the ledger shows to Prometheus. */
public final class LedgerMeters {
  private final MeterRegistry registry;
  private final AtomicLong driftBytes;
  private final Counter settlements;

  public LedgerMeters(MeterRegistry registry) {
    this.registry = registry;
    this.driftBytes = new AtomicLong();
    Gauge.builder("quaymaster.quota.drift.bytes", driftBytes, AtomicLong::get)
        .description("Bytes by which counts had to correct the ledger")
        .baseUnit(BaseUnits.BYTES)
        .strongReference(true)
        .register(registry);
    this.settlements =
        Counter.builder("quaymaster.quota.settlements")
            .description("Groups of finished files that were settled in the database")
            .register(registry);
    denials("bytes");
    denials("files");
  }

  /** What this process was granted and has not settled. */
  void showReserved(QuotaLedger ledger) {
    Gauge.builder("quaymaster.quota.reserved.bytes", ledger, QuotaLedger::reservedBytes)
        .description("Bytes that this process was granted and has not settled")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private Counter denials(String what) {
    return Counter.builder("quaymaster.quota.denials")
        .description("Growth that a limit refused")
        .tag("limit", what)
        .register(registry);
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
