package io.quaymaster.quota;

import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import io.quaymaster.quota.ProcessTable.LeaseRow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles for processes that died: their leases are dropped, and the places where they were active
 * are counted anew. And for this one, if it was taken for dead itself.
 */
final class DeadProcesses {
  private static final Logger log = LoggerFactory.getLogger(DeadProcesses.class);

  private final QuotaLedger ledger;
  private final ProcessTable processes;
  private final LedgerMeters meters;
  private final SharedFiles openFiles;
  private final StoreGates gates;
  private final Settler settler;
  private final Recounter recounter;

  DeadProcesses(
      QuotaLedger ledger,
      ProcessTable processes,
      LedgerMeters meters,
      SharedFiles openFiles,
      StoreGates gates,
      Settler settler,
      Recounter recounter) {
    this.ledger = ledger;
    this.processes = processes;
    this.meters = meters;
    this.openFiles = openFiles;
    this.gates = gates;
    this.settler = settler;
    this.recounter = recounter;
  }

  /** Settles every process whose heartbeat is older. One that cannot be settled waits. */
  void settleAll(Duration deadAfter) {
    processes.deadProcesses(deadAfter).forEach(dead -> settle(dead, deadAfter));
  }

  /** Settles a process that is known to be dead, for it used this very folder before. */
  void settleKnownDead(UUID dead) {
    settle(dead, Duration.ZERO);
  }

  private void settle(UUID dead, Duration deadAfter) {
    processes.endSessions(dead, deadAfter);
    List<ScopeRow> places = placesOf(processes.leasesOf(dead));
    try {
      recounter.inQuiet(
          places,
          counted -> {
            if (processes.lockDead(dead, deadAfter)) {
              settleLocked(dead, places, counted);
            }
          });
    } catch (FileFailure unreadable) {
      log.error(
          "Gateway process {} is dead, and cannot be settled: a place where it was active cannot be"
              + " counted",
          dead,
          unreadable);
    }
  }

  private static List<ScopeRow> placesOf(List<LeaseRow> leases) {
    return leases.stream().map(LeaseRow::scope).filter(s -> !s.isTenant()).toList();
  }

  private void settleLocked(UUID dead, List<ScopeRow> places, List<ScopeLedger> counted)
      throws FileFailure {
    List<LeaseRow> leases = processes.leasesOf(dead);
    if (!placesOf(leases).equals(places)) {
      // It did something since we looked: looked at anew with the next heartbeat.
      return;
    }
    Map<Long, Amount> leased = new HashMap<>();
    for (LeaseRow lease : leases) {
      leased.put(lease.scope().id(), lease.amount());
      processes.dropLease(dead, lease);
    }
    for (ScopeRow place : Recounter.outermost(places)) {
      recounter.count(
          place,
          counted,
          (row, difference) -> {
            Amount covered = leased.getOrDefault(row.id(), Amount.NONE);
            meters.drifted(difference.minus(covered).atLeastNone().bytes());
          });
    }
    processes.forgetProcess(dead);
    meters.settledForDead();
    log.info(
        "Settled gateway process {}, which is dead: {} leases, {} places",
        dead,
        leases.size(),
        places.size());
  }

  /**
   * This process was taken for dead: registers anew, forgets what it held, and counts the places
   * where it is active, since it wrote after others had counted them.
   */
  void startAnew() {
    List<ScopeRow> places = ledger.activePlaces();
    log.warn(
        "Another gateway process took this one for dead; it starts anew and counts {} places",
        places.size());
    TreeSet<Long> stores = new TreeSet<>();
    places.forEach(place -> stores.add(Recounter.storeOf(place)));
    List<Lock> closed = stores.stream().map(gates::closing).toList();
    closed.forEach(Lock::lock);
    try {
      openFiles.startAnew();
      settler.startAnew();
      for (ScopeRow place : Recounter.outermost(places)) {
        countAnew(place);
      }
    } finally {
      closed.reversed().forEach(Lock::unlock);
    }
  }

  private void countAnew(ScopeRow place) {
    try {
      recounter.inQuiet(
          List.of(place), counted -> recounter.count(place, counted, (row, difference) -> {}));
    } catch (FileFailure unreadable) {
      log.error("Place {} cannot be counted", place.id(), unreadable);
    }
  }
}
