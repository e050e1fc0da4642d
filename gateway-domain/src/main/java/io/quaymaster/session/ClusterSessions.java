package io.quaymaster.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The sessions of all gateways, as rows in PostgreSQL (docs/adr/0022). A session is let in by the
 * transaction that counts and adds its row, so limits hold to the session, whichever gateways a
 * storm of logins reaches. The row goes when the session ends; one thread sees to that, brings up
 * to date what sessions have done, and puts right what an outage left wrong.
 *
 * <p>Threads: any.
 */
public final class ClusterSessions implements LiveSessions {
  private static final Logger log = LoggerFactory.getLogger(ClusterSessions.class);

  /** Between two tries while the database is away. */
  private static final Duration RETRY = Duration.ofMillis(500);

  /** How many sessions may be open at once; null: any number. */
  public record Limits(@Nullable Long ofAccount, @Nullable Long ofTenant) {}

  private final SessionTable table;
  private final TransactionTemplate transaction;
  private final LocalSessions local;
  private final SessionEndings endings;
  private final Duration refresh;
  private final Semaphore work = new Semaphore(0);

  /** Their rows may be there before they are among the open ones. */
  private final Set<String> entering = ConcurrentHashMap.newKeySet();

  /** Their rows go. */
  private final Set<String> left = ConcurrentHashMap.newKeySet();

  private Map<String, LiveSession> written = new HashMap<>();
  private boolean outage;
  private volatile boolean stopping;
  private @Nullable Thread keeper;

  /**
   * @param refresh how old it may be what other gateways see of a session
   */
  public ClusterSessions(
      JdbcTemplate jdbc,
      TransactionTemplate transaction,
      UUID process,
      LocalSessions local,
      SessionEndings endings,
      Duration refresh) {
    this.table = new SessionTable(jdbc, process);
    this.transaction = transaction;
    this.local = local;
    this.endings = endings;
    this.refresh = refresh;
  }

  /**
   * Counts a session from now on, if its account and its tenant may have one more.
   *
   * @param open makes it one of the open ones of this process
   * @return the limit that says no; empty if the session is in
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   * @throws org.springframework.transaction.TransactionException likewise
   */
  public Optional<String> enter(LiveSession session, Limits limits, Runnable open) {
    entering.add(session.id());
    try {
      Optional<String> full = count(session, limits);
      if (full.isEmpty()) {
        open.run();
      }
      return full;
    } finally {
      entering.remove(session.id());
    }
  }

  private Optional<String> count(LiveSession session, Limits limits) {
    Optional<String> full =
        transaction.execute(
            _ -> {
              Optional<String> reached = reached(session, limits);
              if (reached.isEmpty()) {
                table.insert(List.of(session));
              }
              return reached;
            });
    return full == null ? Optional.empty() : full;
  }

  /** Locks are taken in one order: the tenant's, then the account's. */
  private Optional<String> reached(LiveSession session, Limits limits) {
    if (limits.ofTenant() != null) {
      table.lock("tenant " + session.tenantId());
    }
    if (limits.ofAccount() != null) {
      table.lock("account " + session.accountId());
    }
    if (limits.ofTenant() != null || limits.ofAccount() != null) {
      // Those that have left here, and whose rows are about to go.
      table.delete(List.copyOf(left));
    }
    if (limits.ofAccount() != null
        && table.countOfAccount(session.accountId()) >= limits.ofAccount()) {
      return Optional.of("this account may have " + limits.ofAccount() + " sessions at once");
    }
    if (limits.ofTenant() != null && table.countOfTenant(session.tenantId()) >= limits.ofTenant()) {
      return Optional.of("this tenant may have " + limits.ofTenant() + " sessions at once");
    }
    return Optional.empty();
  }

  /** A session has ended. Returns at once. */
  public void left(String id) {
    left.add(id);
    work.release();
  }

  @Override
  public List<LiveSession> list(Query query) {
    Map<String, LiveSession> here = here();
    return table.list(query, left).stream()
        .map(session -> here.getOrDefault(session.id(), session))
        .toList();
  }

  @Override
  public Optional<LiveSession> find(String id) {
    return left.contains(id) ? Optional.empty() : table.find(id);
  }

  @Override
  public void end(LiveSession session, String reason) {
    EndOrder order = EndOrder.ofSession(session.id(), reason);
    if (endings.carryOut(order) == 0) {
      endings.publish(order);
    }
  }

  private Map<String, LiveSession> here() {
    return local.live().stream().collect(Collectors.toMap(LiveSession::id, Function.identity()));
  }

  /** Begins to keep the rows up to date. Once only. */
  public void start() {
    keeper = Thread.ofVirtual().name("session-keeper").start(this::run);
  }

  /** Removes the rows of sessions that have ended, and ends. */
  public void stop() throws InterruptedException {
    stopping = true;
    work.release();
    if (keeper != null) {
      keeper.join();
    }
  }

  private void run() {
    long refreshedNanos = System.nanoTime();
    boolean last = false;
    while (!last) {
      last = stopping;
      try {
        removeLeft();
        if (System.nanoTime() - refreshedNanos >= refresh.toNanos()) {
          refreshedNanos = System.nanoTime();
          transaction.executeWithoutResult(_ -> refresh());
        }
        noteOutage(null);
        await(refresh);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException away) {
        noteOutage(away);
        last |= stopping;
        pause(last);
      }
    }
  }

  private void await(Duration atMost) throws InterruptedException {
    if (!stopping && work.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      work.drainPermits();
    }
  }

  private static void pause(boolean last) {
    try {
      Thread.sleep(last ? Duration.ZERO : RETRY);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void removeLeft() {
    List<String> gone = List.copyOf(left);
    table.delete(gone);
    left.removeAll(new HashSet<>(gone));
  }

  /**
   * After an outage, or after this process was taken for dead, rows may be missing, or be of
   * sessions that ended.
   */
  private void refresh() {
    // Before the look at what is open: whatever ends meanwhile is among those that left.
    Set<String> rows = table.ownIds();
    Map<String, LiveSession> open = here();
    table.delete(
        rows.stream()
            .filter(id -> !open.containsKey(id) && !entering.contains(id))
            .sorted()
            .toList());
    table.insert(
        open.values().stream()
            .filter(s -> !rows.contains(s.id()) && !left.contains(s.id()))
            .sorted(Comparator.comparing(LiveSession::id))
            .toList());
    List<LiveSession> changed = new ArrayList<>();
    for (LiveSession session : open.values()) {
      if (!session.equals(written.get(session.id()))) {
        changed.add(session);
      }
    }
    // Everybody locks rows in the same order.
    changed.sort(Comparator.comparing(LiveSession::id));
    table.update(changed);
    written = open;
  }

  private void noteOutage(@Nullable RuntimeException away) {
    if (away != null && !outage) {
      log.warn("Other gateways do not see the sessions of this one: {}", away.getMessage());
    } else if (away == null && outage) {
      log.info("Other gateways see the sessions of this one again");
    }
    outage = away != null;
  }
}
