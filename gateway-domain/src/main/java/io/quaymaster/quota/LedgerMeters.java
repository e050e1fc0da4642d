package io.quaymaster.quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.quaymaster.audit.Journal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the ledger shows to Prometheus. */
public final class LedgerMeters {
  private final MeterRegistry registry;
  private final AtomicLong driftBytes;
  private final Counter settlements;
  private final Counter deadSettled;
  private final AtomicLong available = new AtomicLong();
  private final AtomicLong settledNanos = new AtomicLong(System.nanoTime());
  private final AtomicLong heartbeatNanos = new AtomicLong(System.nanoTime());

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
    this.deadSettled =
        Counter.builder("quaymaster.processes.settled")
            .description("Gateway processes that died and were settled for by this one")
            .register(registry);
    Gauge.builder("quaymaster.database.available", available, AtomicLong::get)
        .description("1 while the ledger's rounds reach the database, else 0")
        .strongReference(true)
        .register(registry);
    age(
        "quaymaster.quota.settle.age",
        "Time since all that was finished by then had been settled in the database",
        settledNanos);
    age(
        "quaymaster.heartbeat.age",
        "Time since this process last told the others that it lives",
        heartbeatNanos);
    denials("bytes");
    denials("files");
  }

  private void age(String name, String description, AtomicLong since) {
    TimeGauge.builder(name, since, TimeUnit.NANOSECONDS, at -> System.nanoTime() - at.get())
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** What waits on disk for the database. */
  void showJournal(Journal journal) {
    Gauge.builder("quaymaster.journal.waiting.bytes", journal, Journal::waitingBytes)
        .description("Bytes of history that wait on disk for the database")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("quaymaster.journal.limit.bytes", journal, Journal::limitBytes)
        .description("Bytes of history that may wait; beyond, uploads fail at their close")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
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

  /** A round of the ledger's housekeeping reached the database, or did not. */
  void databaseAnswers(boolean does) {
    available.set(does ? 1 : 0);
  }

  /** Nothing that was finished waits for the database any more. */
  void allSettled() {
    settledNanos.set(System.nanoTime());
  }

  void heartbeat() {
    heartbeatNanos.set(System.nanoTime());
  }

  void settledForDead() {
    deadSettled.increment();
  }

  /** What a count had to correct, whichever way. */
  void drifted(long bytes) {
    driftBytes.addAndGet(Math.abs(bytes));
  }
}
