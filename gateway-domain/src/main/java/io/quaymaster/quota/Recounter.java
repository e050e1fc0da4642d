package io.quaymaster.quota;

import io.quaymaster.files.FileAttributes.Identity;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStores;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import io.quaymaster.tenant.scope.TenantScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Counts what the stores hold, where the ledger cannot know it: in a new place, after the death of
 * a process, and when an admin says that files were changed behind the gateway's back. A store that
 * is being counted takes no changes from this process until the count is over.
 *
 * <p>Only places are counted. What a count changes in a place, it changes in the tenant and in the
 * places around it as well; a place that lies inside is counted for itself.
 *
 * <p>Threads: any.
 */
public final class Recounter {
  /** No unspent lease goes back just because something is counted. */
  private static final Duration KEEP_LEASES = Duration.ofDays(1);

  private final QuotaLedger ledger;
  private final LedgerTable table;
  private final LedgerMeters meters;
  private final SharedFiles openFiles;
  private final StoreGates gates;
  private final FileStores stores;
  private final Settler settler;
  private final TransactionTemplate transaction;

  Recounter(
      QuotaLedger ledger,
      LedgerTable table,
      LedgerMeters meters,
      SharedFiles openFiles,
      StoreGates gates,
      FileStores stores,
      Settler settler,
      TransactionTemplate transaction) {
    this.ledger = ledger;
    this.table = table;
    this.meters = meters;
    this.openFiles = openFiles;
    this.gates = gates;
    this.stores = stores;
    this.settler = settler;
    this.transaction = transaction;
  }

  /**
   * Counts a place because an admin asks. It is counted for all who see it, in the ledger's rows
   * and leases, so this is the gateway's work and bound to no tenant: the caller has found the
   * place.
   *
   * @return by how many bytes {@code used} was wrong; files changed behind the gateway's back
   * @throws FileFailure NOT_FOUND if there is no such place, or whatever keeps the store from being
   *     read
   */
  public long recount(long scopeId) throws FileFailure {
    long[] wrong = {0};
    TenantScope.runForGateway(() -> wrong[0] = recounted(scopeId));
    return wrong[0];
  }

  private long recounted(long scopeId) throws FileFailure {
    ScopeRow place =
        table
            .scope(scopeId)
            .filter(row -> !row.isTenant())
            .orElseThrow(() -> new FileFailure(FileFailure.Kind.NOT_FOUND, "no such place"));
    long[] wrong = {0};
    inQuiet(
        List.of(place),
        counted -> {
          count(
              place,
              counted,
              (row, difference) -> {
                meters.drifted(difference.bytes());
                wrong[0] = row.id() == place.id() ? difference.bytes() : wrong[0];
              });
        });
    return wrong[0];
  }

  /**
   * A place was made over what may lie there already: counts it. What lay in no place yet is new to
   * the tenant too. Harmless if done again.
   */
  public void placeMade(long scopeId) throws FileFailure {
    Optional<ScopeRow> made = table.scope(scopeId).filter(row -> !row.isTenant());
    if (made.isPresent()) {
      ScopeRow place = made.get();
      inQuiet(
          List.of(place),
          counted -> {
            ledger.placeMade(place);
            enterOpenFiles(place);
            if (!table.isMeasured(place.id())) {
              countFirst(place);
            }
          });
    }
  }

  /** Files that are open where the place was made count in it from now on. */
  private void enterOpenFiles(ScopeRow place) throws FileFailure {
    Optional<ScopeLedger> made = ledger.activeScope(place.id());
    Map<Identity, SharedFile> open = openFiles.notCountedIn(place.id(), storeOf(place));
    if (made.isEmpty() || open.isEmpty()) {
      return;
    }
    FileStore store = stores.store(storeOf(place));
    Deque<StoreKey> directories = new ArrayDeque<>(List.of(keyOf(place)));
    while (!directories.isEmpty() && !open.isEmpty()) {
      StoreKey directory = directories.pop();
      try (Listing listing = store.list(directory)) {
        for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
          if (entry.attributes().isDirectory()) {
            directories.push(directory.child(entry.name()));
          } else {
            Optional.ofNullable(open.remove(entry.attributes().identity()))
                .ifPresent(file -> file.enterPlace(made.get()));
          }
        }
      } catch (FileFailure gone) {
        if (gone.kind() != FileFailure.Kind.NOT_FOUND) {
          throw gone;
        }
      }
    }
  }

  private void countFirst(ScopeRow place) throws FileFailure {
    Amount held = difference(place);
    List<ScopeRow> others =
        table.placesAround(storeOf(place), keyOf(place)).stream()
            .filter(row -> row.id() != place.id())
            .toList();
    table.correct(place.id(), held);
    if (others.stream().noneMatch(outer -> contains(outer, place))) {
      Amount known = Amount.NONE;
      for (ScopeRow inside : outermost(others)) {
        known = known.plus(table.balance(inside.id()).used());
      }
      table.correct(table.tenantScope(place.tenantId()).id(), held.minus(known));
    }
  }

  /** Of places, those that lie in none of the others. */
  static List<ScopeRow> outermost(Collection<ScopeRow> places) {
    return places.stream()
        .filter(
            place ->
                places.stream()
                    .noneMatch(outer -> outer.id() != place.id() && contains(outer, place)))
        .toList();
  }

  /** What a count found. */
  @FunctionalInterface
  interface Found {
    /**
     * @param difference between what the store holds and what was {@code used}
     */
    void difference(ScopeRow place, Amount difference);
  }

  /** Counts a place and all inside it. Inside a transaction and in quiet. */
  void count(ScopeRow place, List<ScopeLedger> counted, Found found) throws FileFailure {
    for (ScopeRow each : table.placesAround(storeOf(place), keyOf(place))) {
      if (contains(place, each)) {
        Amount difference = difference(each);
        table.correct(each.id(), difference);
        Optional<ScopeLedger> active = ledger.activeScope(each.id());
        active.ifPresent(counted::add);
        Amount owed = active.map(ScopeLedger::owed).orElse(Amount.NONE);
        found.difference(each, difference.minus(owed));
        if (each.id() == place.id()) {
          passOn(place, difference.minus(owed));
        }
      }
    }
  }

  /**
   * What a count changed in a place, it changes in the tenant and in the places that contain it.
   */
  private void passOn(ScopeRow place, Amount difference) {
    if (difference.isNone()) {
      return;
    }
    table.correct(table.tenantScope(place.tenantId()).id(), difference);
    for (ScopeRow outer : table.placesAround(storeOf(place), keyOf(place))) {
      if (outer.id() != place.id() && contains(outer, place)) {
        table.correct(outer.id(), difference);
      }
    }
  }

  private Amount difference(ScopeRow place) throws FileFailure {
    FileStore store = stores.store(storeOf(place));
    FileStore.Measure measure = store.measure(keyOf(place));
    Amount used = table.balance(place.id()).used();
    long openBytes = openFiles.countedButNotUsed(place.id());
    return new Amount(measure.bytes() - openBytes, measure.files()).minus(used);
  }

  /** A count, or several. */
  @FunctionalInterface
  interface Count {
    /**
     * @param counted takes the scopes that were counted, for when the count is committed
     */
    void run(List<ScopeLedger> counted) throws FileFailure;
  }

  /**
   * In one transaction, with the gates of the places' stores closed, everything settled and all
   * rows that a count changes locked, so that the count and the ledger speak of one moment.
   */
  void inQuiet(Collection<ScopeRow> places, Count count) throws FileFailure {
    List<Lock> closed =
        new TreeSet<>(places.stream().map(Recounter::storeOf).toList())
            .stream().map(gates::closing).toList();
    closed.forEach(Lock::lock);
    try {
      settler.settle(KEEP_LEASES);
      List<FileFailure> failed = new ArrayList<>();
      List<ScopeLedger> counted = new ArrayList<>();
      transaction.executeWithoutResult(
          status -> {
            table.lock(changedByCounting(places));
            try {
              count.run(counted);
            } catch (FileFailure unreadable) {
              failed.add(unreadable);
              status.setRollbackOnly();
            }
          });
      if (!failed.isEmpty()) {
        throw failed.getFirst();
      }
      counted.forEach(ScopeLedger::counted);
    } finally {
      closed.reversed().forEach(Lock::unlock);
    }
  }

  private List<Long> changedByCounting(Collection<ScopeRow> places) {
    ToLongFunction<ScopeRow> tenant = place -> table.tenantScope(place.tenantId()).id();
    return places.stream()
        .flatMap(
            place ->
                Stream.concat(
                    Stream.of(tenant.applyAsLong(place)),
                    table.placesAround(storeOf(place), keyOf(place)).stream().map(ScopeRow::id)))
        .distinct()
        .toList();
  }

  private static boolean contains(ScopeRow outer, ScopeRow inner) {
    return storeOf(outer) == storeOf(inner) && keyOf(inner).startsWith(keyOf(outer));
  }

  static long storeOf(ScopeRow place) {
    Long store = place.storeId();
    if (store == null) {
      throw new IllegalArgumentException("scope " + place.id() + " is no place");
    }
    return store;
  }

  private static StoreKey keyOf(ScopeRow place) {
    StoreKey key = place.key();
    if (key == null) {
      throw new IllegalArgumentException("scope " + place.id() + " is no place");
    }
    return key;
  }
}
