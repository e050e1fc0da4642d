package io.quaymaster.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class ClusterNoticesTest {
  private final TestDatabase database = TestDatabase.migrated();
  private final DataSource source = database.dataSource();
  private final ClusterNotices one = new ClusterNotices(source);
  private final ClusterNotices other = new ClusterNotices(database.dataSource());
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws InterruptedException {
    other.subscribe("account", heard::add);
    for (ClusterNotices notices : List.of(one, other)) {
      notices.start();
      assertThat(notices.awaitListening(Duration.ofSeconds(20))).isTrue();
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    one.stop();
    other.stop();
    database.close();
  }

  private void hears(String... payloads) {
    await().untilAsserted(() -> assertThat(heard).containsExactly(payloads));
  }

  @Test
  void noticesArriveInOrderAtWhoListensForTheirKind() {
    one.publish("store", "not for account");
    one.publish("account", "alice");
    one.publish("account", "b\u00f6b; drop table");
    other.publish("account", "own");
    hears("alice", "b\u00f6b; drop table", "own");
  }

  @Test
  void aNoticeOfATransactionIsSentWhenItCommits() {
    TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    transaction.executeWithoutResult(
        status -> {
          one.publish("account", "rolled back");
          status.setRollbackOnly();
        });
    transaction.executeWithoutResult(status -> one.publish("account", "committed"));
    hears("committed");
  }

  @Test
  void afterALostConnectionItListensAgainAndSaysSo() throws Exception {
    AtomicInteger reconnected = new AtomicInteger();
    other.whenReconnected(reconnected::incrementAndGet);
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            + " and datname = current_database()");
    await().until(() -> reconnected.get() == 1);
    one.publish("account", "again");
    hears("again");
  }

  @Test
  void aLateSubscriberAndOneThatFailsDisturbNobody() {
    List<String> late = new CopyOnWriteArrayList<>();
    other.subscribe(
        "late",
        payload -> {
          throw new IllegalStateException("on purpose");
        });
    other.subscribe("late", late::add);
    await()
        .untilAsserted(
            () -> {
              one.publish("late", "x");
              assertThat(late).isNotEmpty();
            });
    one.publish("account", "alice");
    hears("alice");
  }

  @Test
  void aKeptNoticeIsHeardByAllOnceAndByWhoWasAway() throws Exception {
    one.publishKept("account", "before", Duration.ofMinutes(1));
    hears("before");
    database.execute("alter table cluster_notice rename to lost");
    await().until(() -> !other.isListening());
    // Nobody hears a notification of this one: it is written behind everybody's back.
    database.execute(
        "insert into lost (kind, payload, kept_until)"
            + " values ('account', 'meanwhile', now() + interval '1 minute')");
    AtomicInteger away = new AtomicInteger();
    other.whenReconnectedAfter(time -> away.set((int) time.toMillis()));
    database.execute("alter table lost rename to cluster_notice");
    hears("before", "meanwhile");
    await().until(() -> away.get() > 0 && other.isListening());
    one.publishKept("account", "after", Duration.ofMinutes(1));
    hears("before", "meanwhile", "after");
  }

  /** As behind a pool that passes no notifications on. */
  @Test
  void aKeptNoticeIsHeardWithoutItsNotification() throws Exception {
    database.execute(
        "insert into cluster_notice (kind, payload, kept_until)"
            + " values ('account', 'silent', now() + interval '1 minute')");
    hears("silent");
  }

  /** A lower id may be committed after a higher one. */
  @Test
  void aKeptNoticeThatIsCommittedLateIsHeard() {
    TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    transaction.executeWithoutResult(
        status -> {
          one.publishKept("account", "begun first", Duration.ofMinutes(1));
          other.publishKept("account", "committed first", Duration.ofMinutes(1));
          hears("committed first");
        });
    hears("committed first", "begun first");
  }

  @Test
  void keptNoticesGo() throws Exception {
    one.publishKept("account", "brief", Duration.ofMillis(1));
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      await()
          .until(
              () -> {
                try (ResultSet rows = statement.executeQuery("select 1 from cluster_notice")) {
                  return !rows.next();
                }
              });
    }
  }

  @Test
  void badKindsAndLongPayloadsAreRefused() {
    for (String kind : List.of("", "Account", "a;b", "a".repeat(40))) {
      assertThatThrownBy(() -> one.publish(kind, "")).isInstanceOf(IllegalArgumentException.class);
    }
    String longest = "x".repeat(ClusterNotices.MAX_PAYLOAD_BYTES);
    one.publish("account", longest);
    hears(longest);
    assertThatThrownBy(() -> one.publish("account", longest + "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
