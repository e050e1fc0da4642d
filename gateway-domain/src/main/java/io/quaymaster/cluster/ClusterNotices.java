package io.quaymaster.cluster;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What one gateway process tells all of them, itself included: PostgreSQL's NOTIFY and LISTEN, one
 * channel {@code quaymaster_<kind>} for each kind.
 *
 * <p>A notice says that something changed; what is true stands in tables. While the connection is
 * away notices are lost, so whoever must not miss one looks anew {@link #whenReconnected}.
 *
 * <p>Threads: any.
 */
public final class ClusterNotices {
  /** PostgreSQL takes payloads shorter than 8000 bytes. */
  public static final int MAX_PAYLOAD_BYTES = 7_999;

  private static final Logger log = LoggerFactory.getLogger(ClusterNotices.class);
  private static final String PREFIX = "quaymaster_";
  private static final Pattern KIND = Pattern.compile("[a-z][a-z_]{0,30}");

  /** How late a subscription made after the start is heard, and how late a stop is noticed. */
  private static final Duration POLL = Duration.ofMillis(200);

  private static final Duration RECONNECT = Duration.ofMillis(500);

  private final DataSource listening;
  private final JdbcClient jdbc;
  private final Map<String, List<Consumer<String>>> subscribers = new ConcurrentHashMap<>();
  private final List<Runnable> reconnected = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch connectedOnce = new CountDownLatch(1);
  private @Nullable Thread listener;
  private boolean outage;

  /**
   * @param source one connection of it is kept for listening as long as this runs
   */
  public ClusterNotices(DataSource source) {
    this.listening = source;
    this.jdbc = JdbcClient.create(source);
  }

  /**
   * Tells all processes. Inside a transaction: when it commits, and only then.
   *
   * @param kind lower-case letters and underscores
   * @throws IllegalArgumentException for another kind, or a payload longer than {@link
   *     #MAX_PAYLOAD_BYTES}
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  public void publish(String kind, String payload) {
    if (payload.getBytes(StandardCharsets.UTF_8).length > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a notice may have " + MAX_PAYLOAD_BYTES + " bytes, not more: " + kind);
    }
    jdbc.sql("select pg_notify(?, ?)")
        .param(channel(kind))
        .param(payload)
        .query((row, n) -> kind)
        .list();
  }

  /**
   * Hears notices of a kind. The subscriber runs on the one listening thread, so it is brief and
   * hands on what takes longer. After the start a new kind is heard within a fraction of a second.
   */
  public void subscribe(String kind, Consumer<String> subscriber) {
    subscribers
        .computeIfAbsent(channel(kind), channel -> new CopyOnWriteArrayList<>())
        .add(subscriber);
  }

  /** Runs whenever the connection is there again after it was lost: notices may be missing. */
  public void whenReconnected(Runnable subscriber) {
    reconnected.add(subscriber);
  }

  private static String channel(String kind) {
    if (!KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException("not the kind of a notice: " + kind);
    }
    return PREFIX + kind;
  }

  /** Begins to listen. Returns at once; a database that is away is waited for. Once only. */
  public void start() {
    listener = Thread.ofVirtual().name("cluster-notices").start(this::listen);
  }

  /**
   * Waits until the first connection listens.
   *
   * @return whether it does
   */
  public boolean awaitListening(Duration atMost) throws InterruptedException {
    return connectedOnce.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends listening, and returns when it is over. */
  public void stop() throws InterruptedException {
    stopping.countDown();
    if (listener != null) {
      listener.join();
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void listen() {
    boolean again = false;
    while (!isStopping()) {
      try (Connection connection = listening.getConnection()) {
        listenOn(connection, again);
      } catch (SQLException | RuntimeException lost) {
        noteOutage(lost);
      }
      again = true;
      try {
        if (stopping.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void listenOn(Connection connection, boolean again) throws SQLException {
    connection.setAutoCommit(true);
    PGConnection postgres = connection.unwrap(PGConnection.class);
    Set<String> heard = new HashSet<>();
    listenToNew(connection, heard);
    connectedOnce.countDown();
    if (outage) {
      outage = false;
      log.info("Notices of other gateway processes arrive again");
    }
    if (again) {
      reconnected.forEach(this::runSafely);
    }
    while (!isStopping()) {
      PGNotification[] notices = postgres.getNotifications((int) POLL.toMillis());
      if (notices != null) {
        for (PGNotification notice : notices) {
          deliver(notice.getName(), notice.getParameter());
        }
      }
      listenToNew(connection, heard);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("unlisten *");
    }
  }

  private void listenToNew(Connection connection, Set<String> heard) throws SQLException {
    for (String channel : subscribers.keySet()) {
      if (heard.add(channel)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("listen " + channel);
        }
      }
    }
  }

  private void deliver(String channel, String payload) {
    subscribers
        .getOrDefault(channel, List.of())
        .forEach(subscriber -> runSafely(() -> subscriber.accept(payload)));
  }

  /** One subscriber's defect is not another's loss. */
  private void runSafely(Runnable subscriber) {
    try {
      subscriber.run();
    } catch (RuntimeException defect) {
      log.error("A subscriber of cluster notices failed", defect);
    }
  }

  private void noteOutage(Exception lost) {
    if (!outage && !isStopping()) {
      outage = true;
      log.warn("Notices of other gateway processes do not arrive: {}", lost.getMessage());
    }
  }
}
