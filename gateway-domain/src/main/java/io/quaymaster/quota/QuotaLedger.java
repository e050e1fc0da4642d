package io.quaymaster.quota;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import io.quaymaster.quota.LedgerTable.Balance;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Exact quotas: reserve, then write, then settle.
 *
 * <p>At every moment {@code used + reserved <= limit} in PostgreSQL, for the tenant and for every
 * place that a file lies in. A write reserves its growth first, here from a lease that the process
 * holds, or by one guarded UPDATE where the lease does not suffice. What was written is committed,
 * what was not is released, what was removed is freed; {@link Settler} takes that to the database
 * in groups.
 *
 * <p>A refusal means that the bytes are really in use or being written: before it is given, what
 * this process has not settled is settled, and other processes are asked to give back what they do
 * not use.
 *
 * <p>Threads: any. Calls may wait for the database.
 */
public final class QuotaLedger {
  private record PlaceAt(long storeId, StoreKey root) {}

  private final LedgerTable table;
  private final ProcessTable processes;
  private final LedgerSettings settings;
  private final Leases leases;
  private final Map<Long, ScopeLedger> scopes = new ConcurrentHashMap<>();
  private final Map<PlaceAt, Places> known = new ConcurrentHashMap<>();

  /** Guards that a scope has one ledger and no two. */
  private final ReentrantLock interning = new ReentrantLock();

  /**
   * @param leases where the ledger gets what a process does not hold yet
   */
  QuotaLedger(LedgerTable table, ProcessTable processes, LedgerSettings settings, Leases leases) {
    this.table = table;
    this.processes = processes;
    this.settings = settings;
    this.leases = leases;
  }

  /**
   * The places around a key, for a session that will work at and below it. Given back with {@link
   * #leave}.
   *
   * @throws FileFailure LEDGER_UNAVAILABLE
   */
  public Places enter(long tenantId, long storeId, StoreKey root) throws FileFailure {
    interning.lock();
    try {
      Places places = known.get(new PlaceAt(storeId, root));
      if (places == null) {
        places = new Places(tenantId, storeId, root);
      }
      read(places);
      places.users++;
      known.put(new PlaceAt(storeId, root), places);
      return places;
    } catch (DataAccessException | TransactionException away) {
      throw Leases.unavailable(away);
    } finally {
      interning.unlock();
    }
  }

  /** Under {@link #interning}, so that no older answer overwrites a newer one. */
  private void read(Places places) {
    ScopeRow tenant = table.tenantScope(places.tenantId());
    List<ScopeRow> around = table.placesAround(places.storeId(), places.root());
    List<Long> active =
        Stream.concat(Stream.of(tenant), around.stream())
            .map(ScopeRow::id)
            .filter(id -> !scopes.containsKey(id))
            .toList();
    processes.markActive(active);
    places.read(scope(tenant), around.stream().map(this::scope).toList());
  }

  public void leave(Places places) {
    interning.lock();
    try {
      if (--places.users == 0) {
        known.remove(new PlaceAt(places.storeId(), places.root()));
      }
    } finally {
      interning.unlock();
    }
  }

  /** An admin made a place: whoever works around it must count in it from now on. */
  void placeMade(ScopeRow made) {
    StoreKey key = made.key();
    if (key == null) {
      return;
    }
    interning.lock();
    try {
      for (Places places : known.values()) {
        if (made.storeId() != null
            && places.storeId() == made.storeId()
            && (key.startsWith(places.root()) || places.root().startsWith(key))) {
          read(places);
        }
      }
    } finally {
      interning.unlock();
    }
  }

  /** Places may have been made without our hearing of it. */
  void readPlacesAnew() {
    interning.lock();
    try {
      for (Places places : known.values()) {
        read(places);
      }
    } finally {
      interning.unlock();
    }
  }

  /**
   * Forgets scopes that hold nothing and that no session can reach, so that memory follows what is
   * active.
   */
  void forgetIdle() {
    interning.lock();
    try {
      Set<ScopeLedger> reachable =
          known.values().stream().flatMap(Places::scopes).collect(Collectors.toSet());
      List<Long> idle =
          scopes.values().stream()
              .filter(scope -> scope.isIdle() && !reachable.contains(scope))
              .map(ScopeLedger::id)
              .toList();
      processes.markIdle(idle);
      idle.forEach(scopes::remove);
    } finally {
      interning.unlock();
    }
  }

  /**
   * After this process was taken for dead: what it knows is void, but where it is active is not.
   */
  void startAnew() {
    interning.lock();
    try {
      scopes.values().forEach(ScopeLedger::forgetLease);
      processes.register();
      processes.markActive(scopes.keySet().stream().sorted().toList());
    } finally {
      interning.unlock();
    }
  }

  private ScopeLedger scope(ScopeRow row) {
    return scopes.computeIfAbsent(row.id(), id -> new ScopeLedger(row, settings.firstBlockBytes()));
  }

  Optional<ScopeLedger> activeScope(long id) {
    return Optional.ofNullable(scopes.get(id));
  }

  /** Places in which this process may have changed something. */
  List<ScopeRow> activePlaces() {
    return scopes.values().stream().map(ScopeLedger::row).filter(r -> !r.isTenant()).toList();
  }

  Collection<ScopeLedger> activeScopes() {
    return scopes.values();
  }

  /**
   * Reserves growth in every scope of a chain, or in none.
   *
   * @throws FileFailure QUOTA_BYTES or QUOTA_FILES if it does not fit; LEDGER_UNAVAILABLE if the
   *     database does not answer
   */
  public void reserve(Chain chain, long bytes, long files) throws FileFailure {
    Amount need = new Amount(bytes, files);
    List<ScopeLedger> all = chain.scopes();
    long now = System.nanoTime();
    int taken = 0;
    while (taken < all.size() && all.get(taken).takeOrMissing(need, now).isNone()) {
      taken++;
    }
    if (taken < all.size()) {
      reserveByAsking(all, taken, need);
    }
  }

  /** The first {@code taken} scopes gave from their lease; the others are asked for. */
  private void reserveByAsking(List<ScopeLedger> all, int taken, Amount need) throws FileFailure {
    int marked = 0;
    boolean done = false;
    int held = taken;
    try {
      for (; held < all.size(); held++) {
        for (; marked < held; marked++) {
          all.get(marked).beginHalfReserved();
        }
        leases.reserve(all.get(held), need);
      }
      done = true;
    } finally {
      if (!done) {
        all.subList(0, held).forEach(scope -> scope.release(need));
      }
      all.subList(0, marked).forEach(ScopeLedger::endHalfReserved);
    }
  }

  /** After an outage: who writes may ask the database again. */
  void databaseAnswers() {
    leases.databaseAnswers();
  }

  /** What was reserved was written. Never more than is reserved. */
  public void commit(Chain chain, long bytes, long files) {
    Amount amount = new Amount(bytes, files);
    chain.scopes().forEach(scope -> scope.commit(amount));
  }

  /** What was reserved was not written. */
  public void release(Chain chain, long bytes, long files) {
    Amount amount = new Amount(bytes, files);
    chain.scopes().forEach(scope -> scope.release(amount));
  }

  /** What was used is gone. */
  public void free(Chain chain, long bytes, long files) {
    Amount amount = new Amount(bytes, files);
    chain.scopes().forEach(scope -> scope.free(amount));
  }

  /**
   * A file or a directory's whole content is about to move from one chain to another: reserves it
   * where it is new.
   *
   * @throws FileFailure if it does not fit there
   */
  public Move reserveMove(Chain from, Chain to, long bytes, long files) throws FileFailure {
    Move move = new Move(this, from.without(to), to.without(from), bytes, files);
    reserve(move.to, bytes, files);
    return move;
  }

  /** A move whose room is reserved. Exactly one of the two methods is called. */
  public static final class Move {
    private final QuotaLedger ledger;
    private final Chain from;
    private final Chain to;
    private final long bytes;
    private final long files;

    private Move(QuotaLedger ledger, Chain from, Chain to, long bytes, long files) {
      this.ledger = ledger;
      this.from = from;
      this.to = to;
      this.bytes = bytes;
      this.files = files;
    }

    public void done() {
      ledger.commit(to, bytes, files);
      ledger.free(from, bytes, files);
    }

    public void cancelled() {
      ledger.release(to, bytes, files);
    }
  }

  /**
   * What is left, for {@code df}.
   *
   * @param usedBytes what the store holds there
   */
  public record Room(
      long usedBytes, @Nullable Long bytesLimit, long usedFiles, @Nullable Long filesLimit) {}

  /**
   * The room of the scope with the fewest bytes free; where nothing is limited, of the innermost
   * place.
   */
  public Room room(Chain chain) throws FileFailure {
    try {
      leases.settleNow();
      Room tightest = null;
      long least = Long.MAX_VALUE;
      for (ScopeLedger scope : chain.scopes()) {
        Balance b = table.balance(scope.id());
        Long limit = b.bytesLimit();
        long free = limit == null ? Long.MAX_VALUE : limit - b.used().bytes();
        if (tightest == null || free < least || (free == least && !scope.row().isTenant())) {
          least = free;
          tightest = new Room(b.used().bytes(), limit, b.used().files(), b.filesLimit());
        }
      }
      if (tightest == null) {
        throw new IllegalStateException("a chain without scopes");
      }
      return tightest;
    } catch (DataAccessException | TransactionException away) {
      throw Leases.unavailable(away);
    }
  }

  /** Granted to this process and not settled, over all tenants, in bytes. */
  double reservedBytes() {
    return scopes.values().stream()
        .filter(s -> s.row().isTenant())
        .mapToDouble(s -> s.grantedNow().bytes())
        .sum();
  }

  /** Whether something is freed that the database does not know as used yet. */
  boolean isAnythingOwed() {
    return scopes.values().stream().anyMatch(s -> !s.owed().isNone());
  }

  /** Whether a write is under way. */
  boolean isAnythingHeld() {
    return scopes.values().stream().anyMatch(s -> !s.heldNow().isNone());
  }
}
