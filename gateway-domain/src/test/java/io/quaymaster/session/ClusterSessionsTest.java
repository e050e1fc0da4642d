package io.quaymaster.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.session.ClusterSessions.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class ClusterSessionsTest {
  private static final Limits NONE = new Limits(null, null);
  private static final LiveSessions.Query ALL = new LiveSessions.Query(null, null, null, 100);

  private final TestDatabase database = TestDatabase.migrated();
  private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
  private final List<Replica> replicas = new ArrayList<>();
  private long tenant;
  private long alice;
  private long bob;

  /** A gateway process, as far as sessions go. */
  private final class Replica implements LocalSessions {
    private final UUID process = UUID.randomUUID();
    private final Map<String, LiveSession> open = new ConcurrentHashMap<>();
    private final Map<String, String> farewells = new ConcurrentHashMap<>();
    private final ClusterNotices notices;
    private final SessionEndings endings;
    private final ClusterSessions sessions;

    Replica() {
      DataSource source = database.dataSource();
      register();
      notices = new ClusterNotices(source);
      endings = new SessionEndings(this, notices);
      sessions =
          new ClusterSessions(
              new JdbcTemplate(source),
              new TransactionTemplate(new DataSourceTransactionManager(source)),
              process,
              this,
              endings,
              Duration.ofMillis(50));
      notices.start();
      sessions.start();
    }

    void register() {
      jdbc.sql(
              "insert into gateway_process (id, started_at, heartbeat_at) values (?, now(), now())")
          .param(process)
          .update();
    }

    Optional<String> enter(LiveSession session, Limits limits) {
      return sessions.enter(session, limits, () -> open.put(session.id(), session));
    }

    LiveSession lets(long account) {
      LiveSession session = session(account);
      assertThat(enter(session, NONE)).isEmpty();
      return session;
    }

    void leave(LiveSession session) {
      open.remove(session.id());
      sessions.left(session.id());
    }

    @Override
    public List<LiveSession> live() {
      return List.copyOf(open.values());
    }

    @Override
    public int end(Predicate<LiveSession> which, String reason) {
      List<LiveSession> ended = open.values().stream().filter(which).toList();
      ended.forEach(
          session -> {
            farewells.put(session.id(), reason);
            leave(session);
          });
      return ended.size();
    }
  }

  @BeforeEach
  void fill() {
    tenant =
        insert(
            "insert into tenant (name, display_name, created_at, updated_at, version)"
                + " values ('acme', 'Acme', now(), now(), 0) returning id");
    insert("insert into quota_scope (tenant_id) values (" + tenant + ") returning id");
    long store =
        insert(
            "insert into store (tenant_id, name, type, path, created_at, version) values ("
                + tenant
                + ", 'main', 'local', 'acme', now(), 0) returning id");
    alice = account("alice", store);
    bob = account("bob", store);
    replicas.add(new Replica());
    replicas.add(new Replica());
    replicas.add(new Replica());
  }

  private long account(String name, long store) {
    return insert(
        """
        insert into account (tenant_id, username, status, home_store_id, home_path, permissions, protocols, sources,
                             publish, sftp_read_only, sftp_deny_requests, created_at, updated_at, version)
        values (%d, '%s', 'active', %d, '', '{}', '{sftp}', '{}', 'immediate', false, '{}', now(), now(), 0) returning id
        """
            .formatted(tenant, name, store));
  }

  private long insert(String sql) {
    return jdbc.sql(sql).query((row, n) -> row.getLong(1)).single();
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Replica replica : replicas) {
      replica.sessions.stop();
      replica.notices.stop();
    }
    database.close();
  }

  private LiveSession session(long account) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return new LiveSession(
        UUID.randomUUID().toString(),
        tenant,
        "acme",
        account == alice ? "alice" : "bob",
        account,
        "192.0.2.1",
        "SSH-2.0-Test",
        "key SHA256:x",
        List.of(account),
        List.of(),
        Set.of("sftp"),
        now,
        now,
        1,
        2);
  }

  private long rows() {
    return jdbc.sql("select count(*) from live_session").query(Long.class).single();
  }

  /** So many logins at once, by turns at each replica; returns how many came in. */
  private int storm(int logins, Limits limits) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < logins; i++) {
        Replica replica = replicas.get(i % replicas.size());
        LiveSession session = session(i % 2 == 0 ? alice : bob);
        all.add(() -> replica.enter(session, limits).isEmpty());
      }
      int in = 0;
      for (Future<Boolean> login : threads.invokeAll(all)) {
        in += login.get() ? 1 : 0;
      }
      return in;
    }
  }

  @Test
  void aStormAtAllReplicasFillsALimitToTheSession() throws Exception {
    assertThat(storm(42, new Limits(7L, null))).as("of two accounts").isEqualTo(14);
    assertThat(rows()).isEqualTo(14);
    assertThat(storm(20, new Limits(null, 15L))).as("of the tenant").isEqualTo(1);
    assertThat(rows()).isEqualTo(15);
    assertThat(replicas.getFirst().enter(session(alice), new Limits(7L, 100L)))
        .hasValue("this account may have 7 sessions at once");
    assertThat(replicas.getFirst().enter(session(alice), new Limits(100L, 15L)))
        .hasValue("this tenant may have 15 sessions at once");
  }

  @Test
  void whoLeavesMakesRoomAtOnce() {
    Replica one = replicas.getFirst();
    Limits single = new Limits(1L, null);
    for (int i = 0; i < 20; i++) {
      LiveSession session = session(alice);
      assertThat(one.enter(session, single)).isEmpty();
      one.leave(session);
    }
    await().untilAsserted(() -> assertThat(rows()).isZero());
  }

  @Test
  void everyReplicaListsAndFindsAllSessions() {
    LiveSession first = replicas.get(0).lets(alice);
    LiveSession second = replicas.get(1).lets(bob);
    LiveSession third = replicas.get(2).lets(alice);
    for (Replica replica : replicas) {
      assertThat(replica.sessions.list(ALL)).containsExactly(first, second, third);
      assertThat(replica.sessions.find(second.id())).hasValue(second);
      assertThat(replica.sessions.list(new LiveSessions.Query("acme", "alice", null, 100)))
          .containsExactly(first, third);
      assertThat(replica.sessions.list(new LiveSessions.Query("globex", null, null, 100)))
          .isEmpty();
      LiveSessions.Query rest = new LiveSessions.Query(null, null, LiveSessions.Mark.of(first), 1);
      assertThat(replica.sessions.list(rest)).containsExactly(second);
    }
    replicas.get(0).leave(first);
    assertThat(replicas.get(0).sessions.list(ALL)).containsExactly(second, third);
    assertThat(replicas.get(0).sessions.find(first.id())).isEmpty();
  }

  @Test
  void whatASessionHasDoneIsSeenElsewhereABitLater() {
    LiveSession session = replicas.get(0).lets(alice);
    LiveSession later =
        new LiveSession(
            session.id(),
            session.tenantId(),
            session.tenant(),
            session.account(),
            session.accountId(),
            session.source(),
            session.clientVersion(),
            session.credential(),
            session.keyIds(),
            session.authorityIds(),
            Set.of(),
            session.startedAt(),
            session.lastActiveAt().plusSeconds(3),
            100,
            200);
    replicas.get(0).open.put(session.id(), later);
    assertThat(replicas.get(0).sessions.list(ALL)).containsExactly(later);
    await()
        .untilAsserted(() -> assertThat(replicas.get(1).sessions.list(ALL)).containsExactly(later));
  }

  @Test
  void aSessionIsEndedFromAnotherReplica() {
    LiveSession session = replicas.get(0).lets(alice);
    LiveSession other = replicas.get(0).lets(alice);
    replicas.get(1).sessions.end(session, "an admin said so");
    await().until(() -> replicas.get(0).farewells.containsKey(session.id()));
    assertThat(replicas.get(0).farewells)
        .containsOnly(Map.entry(session.id(), "This session was ended: an admin said so."));
    assertThat(replicas.get(0).open).containsOnlyKeys(other.id());
  }

  @Test
  void ordersReachTheSessionsTheyAreFor() {
    LiveSession byKey = replicas.get(0).lets(alice);
    LiveSession ofBob = replicas.get(0).lets(bob);
    replicas.get(1).endings.publish(EndOrder.ofAuthority(alice, "not theirs"));
    replicas.get(1).endings.publish(EndOrder.ofKey(alice, "the key was revoked"));
    await().until(() -> replicas.get(0).farewells.containsKey(byKey.id()));
    assertThat(replicas.get(0).open).containsOnlyKeys(ofBob.id());
    replicas.get(1).endings.publish(EndOrder.ofAccount(bob, "the account was suspended"));
    await().until(() -> replicas.get(0).open.isEmpty());
  }

  /** Its account was read before the change, and it is open after it. */
  @Test
  void anOrderReachesWhoIsOnTheWay() {
    Replica one = replicas.getFirst();
    long read = System.nanoTime();
    LiveSession session = session(alice);
    assertThat(one.endings.carryOut(EndOrder.ofAccount(alice, "the account was suspended")))
        .isZero();
    assertThat(one.enter(session, NONE)).isEmpty();
    assertThat(one.endings.missed(session, read))
        .hasValue("This session was ended: the account was suspended.");
    assertThat(one.endings.missed(session, System.nanoTime())).as("read after it").isEmpty();
    assertThat(one.endings.missed(session(bob), read)).isEmpty();
  }

  @Test
  void whatIsLostIsPutRight() {
    LiveSession session = replicas.get(0).lets(alice);
    jdbc.sql("delete from live_session").update();
    await().untilAsserted(() -> assertThat(replicas.get(1).sessions.list(ALL)).hasSize(1));
    replicas.get(0).open.clear();
    await().untilAsserted(() -> assertThat(rows()).as("nobody's " + session).isZero());
  }

  @Test
  void aProcessThatIsForgottenTakesItsSessionsAlongUntilItIsBack() {
    LiveSession session = replicas.get(0).lets(alice);
    jdbc.sql("delete from gateway_process where id = ?").param(replicas.get(0).process).update();
    assertThat(rows()).isZero();
    replicas.get(0).register();
    await()
        .untilAsserted(
            () -> assertThat(replicas.get(1).sessions.list(ALL)).containsExactly(session));
  }
}
