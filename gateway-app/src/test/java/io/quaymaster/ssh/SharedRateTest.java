package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.cluster.Bandwidth;
import io.quaymaster.cluster.Bandwidth.Direction;
import io.quaymaster.cluster.Bandwidth.Line;
import io.quaymaster.cluster.Bandwidth.Turn;
import io.quaymaster.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A speed that several gateways share, by what really gets through. */
class SharedRateTest {
  private static final long RATE = 8 << 20;
  private static final int TAKE = 32 << 10;
  private static final Duration LONG = Duration.ofSeconds(5);

  private static TestDatabase database;
  private static HikariDataSource source;
  private static JdbcClient jdbc;

  private final List<Gateway> gateways = new ArrayList<>();

  @BeforeAll
  static void open() {
    database = TestDatabase.migrated();
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    source = new HikariDataSource(config);
    jdbc = JdbcClient.create(source);
  }

  @AfterAll
  static void close() {
    source.close();
    database.close();
  }

  @AfterEach
  void stop() {
    gateways.forEach(Gateway::close);
  }

  /** A new tenant's line. */
  private static Line line() {
    long tenant =
        jdbc.sql(
                "insert into tenant (name, display_name, created_at, updated_at, version)"
                    + " values (?, 'of a test', now(), now(), 0) returning id")
            .param("t" + UUID.randomUUID().toString().substring(0, 8))
            .query(Long.class)
            .single();
    return new Line(tenant, null, Direction.UP);
  }

  /** A gateway whose sessions take all that they get. */
  private static final class Gateway implements AutoCloseable {
    private final LongAdder bytes = new LongAdder();
    private final AtomicInteger questions = new AtomicInteger();
    private final List<Thread> sessions = new ArrayList<>();

    Gateway(SharedRate.Turns turns, int sessions) {
      SharedRate rate =
          new SharedRate(
              RATE,
              burst -> {
                questions.incrementAndGet();
                return turns.take(burst);
              });
      for (int i = 0; i < sessions; i++) {
        this.sessions.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        while (true) {
                          rate.take(TAKE);
                          bytes.add(TAKE);
                        }
                      } catch (InterruptedException enough) {
                        Thread.currentThread().interrupt();
                      }
                    }));
      }
    }

    @Override
    public void close() {
      sessions.forEach(Thread::interrupt);
      try {
        for (Thread session : sessions) {
          session.join();
        }
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Gateway busy(Line line, int sessions) {
    Bandwidth bandwidth = new Bandwidth(jdbc, UUID.randomUUID());
    return busy(burst -> bandwidth.take(line, burst), sessions);
  }

  private Gateway busy(SharedRate.Turns turns, int sessions) {
    Gateway gateway = new Gateway(turns, sessions);
    gateways.add(gateway);
    return gateway;
  }

  /** Bytes a second of each in a while from now. */
  private static List<Double> speeds(Duration time, Gateway... gateways) throws Exception {
    long begun = System.nanoTime();
    List<Long> before = new ArrayList<>();
    for (Gateway gateway : gateways) {
      before.add(gateway.bytes.sum());
    }
    new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<Double> speeds = new ArrayList<>();
    for (int i = 0; i < gateways.length; i++) {
      speeds.add((gateways[i].bytes.sum() - before.get(i)) / seconds);
    }
    return speeds;
  }

  private static double sum(List<Double> speeds) {
    return speeds.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static void comesIn(Gateway... gateways) {
    for (Gateway gateway : gateways) {
      await().until(() -> gateway.bytes.sum() > RATE / 10);
    }
  }

  @Test
  void aloneAGatewayHasTheWholeSpeedAndHardlyAsks() throws Exception {
    Gateway only = busy(line(), 3);
    comesIn(only);
    int asked = only.questions.get();
    assertThat(sum(speeds(LONG, only))).isCloseTo(RATE, withPercentage(10));
    assertThat(only.questions.get() - asked).as("questions in %s", LONG).isBetween(3, 8);
  }

  @Test
  void threeGatewaysShareItHoweverManySessionsTheyHave() throws Exception {
    Line line = line();
    Gateway one = busy(line, 1);
    Gateway two = busy(line, 1);
    Gateway three = busy(line, 4);
    comesIn(one, two, three);
    speeds(Duration.ofSeconds(2), one, two, three);

    List<Double> speeds = speeds(LONG, one, two, three);

    assertThat(sum(speeds)).isCloseTo(RATE, withPercentage(10));
    assertThat(speeds)
        .allSatisfy(speed -> assertThat(speed).isCloseTo(RATE / 3.0, withPercentage(35)));
  }

  @Test
  void whatOneLeavesTheOtherTakes() throws Exception {
    Line line = line();
    Gateway stays = busy(line, 1);
    Gateway goes = busy(line, 1);
    comesIn(stays, goes);
    goes.close();
    speeds(Duration.ofSeconds(4), stays);
    assertThat(sum(speeds(LONG, stays))).isCloseTo(RATE, withPercentage(10));
  }

  @Test
  void linesDoNotDisturbEachOther() throws Exception {
    Line up = line();
    Gateway one = busy(up, 1);
    Gateway two = busy(new Line(up.tenantId(), null, Direction.DOWN), 1);
    comesIn(one, two);
    assertThat(speeds(LONG, one, two))
        .allSatisfy(speed -> assertThat(speed).isCloseTo(RATE, withPercentage(10)));
  }

  @Test
  void whileNobodySaysWhoseTurnItIsEachGoesOnWithItsShare() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    AtomicLong free = new AtomicLong(System.nanoTime());
    Duration turn = Duration.ofMillis(200);
    // Half of the time is somebody else's, then the database is away.
    Gateway half =
        busy(
            burst -> {
              if (turns.incrementAndGet() > 12) {
                throw new QueryTimeoutException("away");
              }
              long now = System.nanoTime();
              long start = Math.max(free.get(), now - burst.toNanos());
              free.set(start + 2 * turn.toNanos());
              return new Turn(Duration.ofNanos(start - now), turn);
            },
            2);
    await().until(() -> turns.get() > 13);
    assertThat(sum(speeds(LONG, half))).isCloseTo(RATE / 2.0, withPercentage(25));
    assertThat(turns.get()).as("it is asked now and then").isLessThan(13 + 10);
  }

  @Test
  void aDatabaseThatHangsStopsNobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Gateway alone =
        busy(
            burst -> {
              try {
                never.await();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
              throw new QueryTimeoutException("away");
            },
            1);
    comesIn(alone);
    assertThat(sum(speeds(LONG, alone))).isCloseTo(RATE, withPercentage(10));
    never.countDown();
  }
}
