package io.quaymaster.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.token.Admin;
import io.quaymaster.transfer.Transfer;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Bans of several processes on one database. */
class BanKeeperTest {
  private static final Admin ROOT = new Admin("root", null);
  private static final InetAddress EVE = InetAddress.ofLiteral("203.0.113.7");
  private static final LoginName ALICE = new LoginName("alice", "acme");

  private final TestDatabase database = TestDatabase.migrated();
  private final List<Replica> processes = new ArrayList<>();

  /** A gateway process, as far as bans go. */
  private static final class Replica implements Chronicle {
    private final ClusterNotices notices;
    private final BanBook book;
    private final BanKeeper keeper;
    private final Penalties penalties;
    private final Bans bans;
    private final List<AuditEvent> told = new CopyOnWriteArrayList<>();

    Replica(DataSource source, int most) {
      SettableClock clock = new SettableClock();
      JdbcClient jdbc = JdbcClient.create(source);
      TransactionTemplate transaction =
          new TransactionTemplate(new DataSourceTransactionManager(source));
      notices = new ClusterNotices(source);
      book =
          new BanBook(
              NetworkBlocks.DEFAULTS,
              PenaltySettings.DEFAULTS,
              List.of(SourceNetwork.parse("192.0.2.0/24")),
              clock);
      AccountSources sources = new AccountSources(jdbc, book, clock);
      keeper = new BanKeeper(book, sources, jdbc, transaction, notices, this, clock, most);
      penalties = new Penalties(book, keeper, notices, UUID.randomUUID());
      bans = new Bans(jdbc, keeper, transaction, clock);
      notices.start();
      keeper.start();
      penalties.start();
    }

    /** Fails until it is banned. */
    void fail(InetAddress source) {
      while (book.ban(source).isEmpty()) {
        charge(source, PenaltyKind.AUTH_FAILED);
      }
    }

    /** Here only: nobody else is told of it. */
    Optional<Ban> charge(InetAddress source, PenaltyKind kind) {
      Optional<Ban> ban = book.charge(new BanSubject.Network(book.block(source)), kind);
      ban.ifPresent(keeper::began);
      return ban;
    }

    boolean bans(InetAddress source) {
      return book.ban(source).isPresent();
    }

    List<BanRow> list() {
      return bans.list(ROOT, new Bans.Filter(null, null, null), 0, 1_000);
    }

    @Override
    public void record(AuditEvent event) {
      told.add(event);
    }

    @Override
    public void record(Transfer transfer) {}

    @Override
    public void flush() {}
  }

  private Replica process() throws InterruptedException {
    return process(1_000);
  }

  private Replica process(int most) throws InterruptedException {
    Replica process = new Replica(database.dataSource(), most);
    processes.add(process);
    assertThat(process.notices.awaitListening(Duration.ofSeconds(30))).isTrue();
    return process;
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Replica process : processes) {
      process.penalties.stop();
      process.keeper.stop();
      process.notices.stop();
    }
    database.close();
  }

  private static Instant inAnHour() {
    return new SettableClock().instant().plus(Duration.ofHours(1));
  }

  @Test
  void aBanOfOneIsABanOfAll() throws InterruptedException {
    Replica one = process();
    Replica other = process();
    one.fail(EVE);
    await().until(() -> other.bans(EVE));
    assertThat(other.book.ban(EVE)).isEqualTo(one.list().stream().map(BanRow::ban).findFirst());
    assertThat(other.bans(InetAddress.ofLiteral("203.0.113.8"))).isFalse();
    assertThat(one.told)
        .extracting(AuditEvent::action, AuditEvent::source)
        .containsExactly(Tuple.tuple("ban.impose", "203.0.113.7/32"));
    assertThat(other.told).isEmpty();
  }

  /** None of them sees enough by itself. */
  @Test
  void failuresAtSeveralProcessesAddUp() throws InterruptedException {
    List<Replica> three = List.of(process(), process(), process());
    InetAddress exempt = InetAddress.ofLiteral("192.0.2.9");
    for (Replica one : three) {
      for (int i = 0; i < 2; i++) {
        one.penalties.charge(EVE, PenaltyKind.AUTH_FAILED);
        one.penalties.charge(exempt, PenaltyKind.AUTH_FAILED);
      }
    }
    for (int i = 0; i < 15; i++) {
      three.get(i % 3).penalties.charge(ALICE, EVE);
    }
    await().until(() -> three.stream().allMatch(one -> one.bans(EVE)));
    await().until(() -> three.stream().allMatch(one -> one.book.ban(ALICE).isPresent()));
    assertThat(three).noneMatch(one -> one.bans(exempt));
    await().until(() -> three.getFirst().list().size() == 2);
    await()
        .untilAsserted(
            () ->
                assertThat(three.stream().flatMap(one -> one.told.stream()))
                    .as("each ban is told once")
                    .extracting(AuditEvent::action)
                    .containsExactly("ban.impose", "ban.impose"));
  }

  @Test
  void penaltiesAreToldWhenTheDatabaseIsBack() throws Exception {
    Replica one = process();
    Replica other = process();
    database.execute("alter table cluster_notice rename to lost");
    for (int i = 0; i < 4; i++) {
      one.penalties.charge(EVE, PenaltyKind.NO_AUTH);
    }
    other.penalties.charge(EVE, PenaltyKind.GRACE_EXCEEDED);
    database.execute("alter table lost rename to cluster_notice");
    other.penalties.charge(EVE, PenaltyKind.NO_AUTH);
    assertThat(other.bans(EVE)).isFalse();
    one.penalties.charge(EVE, PenaltyKind.NO_AUTH);
    await().atMost(Duration.ofSeconds(30)).until(() -> one.bans(EVE) && other.bans(EVE));
  }

  @Test
  void aProcessThatStartsKnowsWhoIsBanned() throws InterruptedException {
    process().fail(EVE);
    Replica first = processes.getFirst();
    await().until(() -> first.list().size() == 1);
    Replica late = process();
    await().until(() -> late.bans(EVE));
    assertThat(late.book.ban(EVE).map(Ban::strikes)).hasValue(1);
  }

  @Test
  void whatOneLiftsIsLiftedInAllAndForgiven() throws InterruptedException {
    Replica one = process();
    Replica other = process();
    one.fail(EVE);
    await().until(() -> other.bans(EVE));
    other.bans.lift(ROOT, other.list().getFirst().id());
    assertThat(other.bans(EVE)).isFalse();
    await().until(() -> !one.bans(EVE));
    assertThat(one.charge(EVE, PenaltyKind.AUTH_FAILED)).as("begins anew").isEmpty();
    assertThat(one.list()).isEmpty();
  }

  /** Somebody fails, an admin lifts, and only then the failure's ban gets to the database. */
  @Test
  void aBanThatIsWrittenLateDoesNotUndoALift() throws InterruptedException {
    Replica one = process();
    Replica other = process();
    one.fail(EVE);
    await().until(() -> other.bans(EVE));
    SourceNetwork eve = NetworkBlocks.DEFAULTS.of(EVE);
    Ban late = one.book.charge(new BanSubject.Network(eve), PenaltyKind.AUTH_FAILED).orElseThrow();
    other.bans.lift(ROOT, other.list().getFirst().id());
    await().until(() -> !one.bans(EVE));
    one.keeper.began(late);
    one.keeper.stop();
    assertThat(other.list()).isEmpty();
    assertThat(other.bans(EVE)).isFalse();
    assertThat(process().bans(EVE)).isFalse();
  }

  @Test
  void aBanByHandHoldsAWholeNetworkAndNoneThatIsExempt() throws InterruptedException {
    Replica one = process();
    Replica other = process();
    one.bans.impose(ROOT, SourceNetwork.parse("203.0.113.0/24"), "scanners", inAnHour());
    one.bans.impose(ROOT, SourceNetwork.parse("192.0.0.0/16"), "scanners", inAnHour());
    assertThat(one.bans(EVE)).isTrue();
    await().until(() -> other.bans(EVE));
    assertThat(other.bans(InetAddress.ofLiteral("192.0.2.1"))).as("exempt").isFalse();
    BanRow row = other.list().getFirst();
    assertThat(row.note()).hasValue("scanners");
    assertThat(row.ban().reason()).isEqualTo("manual");
    one.bans.lift(ROOT, row.id());
    await().until(() -> !other.bans(EVE));
  }

  @Test
  void anAdminsBanIsNotShortenedByWhatHappens() throws InterruptedException {
    Replica one = process();
    SourceNetwork eve = NetworkBlocks.DEFAULTS.of(EVE);
    Replica other = process();
    other.fail(EVE);
    await().until(() -> one.bans(EVE));
    one.bans.impose(ROOT, eve, "for long", inAnHour());
    other.charge(EVE, PenaltyKind.CRASH);
    other.fail(InetAddress.ofLiteral("198.51.100.1"));
    await().until(() -> one.list().size() == 2);
    assertThat(one.list())
        .filteredOn(row -> row.ban().subject().equals(new BanSubject.Network(eve)))
        .singleElement()
        .satisfies(row -> assertThat(row.ban().endsAt()).isEqualTo(inAnHour()));
  }

  @Test
  void anAccountIsBannedByItsNameAndSeenByItsTenant() throws InterruptedException {
    Replica one = process();
    Replica other = process();
    for (int i = 0; one.book.ban(ALICE).isEmpty(); i++) {
      one.penalties.charge(ALICE, InetAddress.ofLiteral("198.51.100." + i));
    }
    await().until(() -> other.book.ban(ALICE).isPresent());
    one.fail(EVE);
    await().until(() -> one.list().size() == 2);
    Admin acme = new Admin("a", new Admin.OwnTenant(1, "acme", Instant.EPOCH));
    Admin globex = new Admin("g", new Admin.OwnTenant(2, "globex", Instant.EPOCH));
    Bans.Filter all = new Bans.Filter(null, null, null);
    BanRow ofAlice = one.bans.list(acme, all, 0, 10).getFirst();
    assertThat(one.bans.list(acme, all, 0, 10)).containsExactly(ofAlice);
    assertThat(one.bans.list(globex, all, 0, 10)).isEmpty();
    long ofEve = one.list().stream().filter(r -> !r.equals(ofAlice)).findFirst().orElseThrow().id();
    assertThatThrownBy(() -> one.bans.lift(acme, ofEve)).isInstanceOf(Refusal.NotFound.class);
    assertThatThrownBy(() -> one.bans.lift(globex, ofAlice.id()))
        .isInstanceOf(Refusal.NotFound.class);
    one.bans.lift(acme, ofAlice.id());
    await().until(() -> other.book.ban(ALICE).isEmpty());
  }

  @Test
  void whileTheDatabaseIsAwayBansHoldAndAreToldAfterwards()
      throws SQLException, InterruptedException {
    Replica one = process();
    Replica other = process();
    await().until(() -> one.list().isEmpty());
    database.execute("alter table ban rename to lost");
    one.fail(EVE);
    other.fail(InetAddress.ofLiteral("198.51.100.1"));
    assertThat(one.bans(EVE)).isTrue();
    database.execute("alter table lost rename to ban");
    await().atMost(Duration.ofSeconds(30)).until(() -> other.bans(EVE));
    await().until(() -> one.list().size() == 2);
  }

  @Test
  void whatWasLiftedWhileNoticesWereLostIsLifted() throws SQLException, InterruptedException {
    Replica one = process();
    one.fail(EVE);
    await().until(() -> one.list().size() == 1);
    database.execute("delete from ban");
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            + " and pid <> pg_backend_pid()");
    await().atMost(Duration.ofSeconds(30)).until(() -> !one.bans(EVE));
  }

  @Test
  void rowsHaveABound() throws InterruptedException {
    Replica one = process(5);
    for (int i = 0; i < 40; i++) {
      one.fail(InetAddress.ofLiteral("198.51.100." + i));
    }
    // It prunes at its start and then each minute of its clock, so a second process is asked.
    await().until(() -> !one.list().isEmpty());
    Replica other = process(5);
    await().until(() -> other.list().size() <= 5);
    assertThat(one.told.size()).isLessThanOrEqualTo(100);
  }
}
