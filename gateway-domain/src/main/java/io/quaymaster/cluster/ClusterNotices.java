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
 * <p>A notice that is only published says that something changed; what is true stands in tables,
 * and whoever must not miss a change looks anew {@link #whenReconnected}. A notice that is {@link
 * #publishKept kept} is a row as well: whoever was away, or behind something that passes no
 * notifications on, finds it there, and each process hears it once.
 *
 * <p>Threads: any.
 */
public final class ClusterNotices {
  /** PostgreSQL takes payloads shorter than 8000 bytes. */
  public static final int MAX_PAYLOAD_BYTES = 7_900;

  private static final Logger log = LoggerFactory.getLogger(ClusterNotices.class);
  private static final String PREFIX = "quaymaster_";
  private static final Pattern KIND = Pattern.compile("[a-z][a-z_]{0,30}");

  /** Says that there are rows to read. */
  private static final String KEPT_CHANNEL = "quaymaster_kept_notices";

  /** How late a subscription made after the start is heard, and how late a stop is noticed. */
  private static final Duration POLL = Duration.ofMillis(200);

  /** How often rows are looked for that no notification told of. */
  private static final Duration LOOK_FOR_ROWS = Duration.ofSeconds(1);

  private static final Duration RECONNECT = Duration.ofMillis(500);

  /** A connection on which nothing comes back for so long is dead, whatever TCP believes. */
  private static final Duration NO_ANSWER = Duration.ofSeconds(10);

  private final DataSource listening;
  private final JdbcClient jdbc;
  private final Map<String, List<Consumer<String>>> subscribers = new ConcurrentHashMap<>();
  private final List<Consumer<Duration>> reconnected = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch connectedOnce = new CountDownLatch(1);
  private final KeptNotices kept = new KeptNotices();
  private volatile boolean connected;
  private volatile long heardNanos = System.nanoTime();
  private @Nullable Thread listener;
  private boolean outage;
  private @Nullable Long lostNanos;

  /**
   * @param source one connection of it is kept for listening as long as this runs
   */
  public ClusterNotices(DataSource source) {
    this.listening = source;
    this.jdbc = JdbcClient.create(source);
  }

  /**
   * Tells all processes that listen now. Inside a transaction: when it commits, and only then.
   *
   * @param kind lower-case letters and underscores
   * @throws IllegalArgumentException for another kind, or a payload longer than {@link
   *     #MAX_PAYLOAD_BYTES}
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  public void publish(String kind, String payload) {
    requireShort(kind, payload);
    notify(channel(kind), payload);
  }

  /**
   * Tells all processes, also those that listen again within the time. Otherwise as {@link
   * #publish}.
   *
   * @param keepFor in which it may be heard late
   */
  public void publishKept(String kind, String payload, Duration keepFor) {
    requireShort(kind, payload);
    channel(kind);
    kept.insert(jdbc, kind, payload, keepFor);
    notify(KEPT_CHANNEL, "");
  }

  private static void requireShort(String kind, String payload) {
    if (payload.getBytes(StandardCharsets.UTF_8).length > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a notice may have " + MAX_PAYLOAD_BYTES + " bytes, not more: " + kind);
    }
  }

  private void notify(String channel, String payload) {
    jdbc.sql("select pg_notify(?, ?)").params(channel, payload).query((row, n) -> channel).list();
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
    whenReconnectedAfter(_ -> subscriber.run());
  }

  /**
   * Likewise.
   *
   * @param subscriber is told for how long nothing was heard; a notice that was kept for less may
   *     be missing
   */
  public void whenReconnectedAfter(Consumer<Duration> subscriber) {
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

  /** Whether notices arrive now. */
  public boolean isListening() {
    return connected && System.nanoTime() - heardNanos < LOOK_FOR_ROWS.plus(NO_ANSWER).toNanos();
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
    while (!isStopping()) {
      try (Connection connection = listening.getConnection()) {
        listenOn(connection);
      } catch (SQLException | RuntimeException lost) {
        noteOutage(lost);
      } finally {
        connected = false;
      }
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

  private void listenOn(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
    // Runs in place: it only sets the socket's time-out.
    connection.setNetworkTimeout(Runnable::run, (int) NO_ANSWER.toMillis());
    PGConnection postgres = connection.unwrap(PGConnection.class);
    listenTo(connection, KEPT_CHANNEL);
    Set<String> heard = new HashSet<>();
    listenToNew(connection, heard);
    readRows(connection);
    Long lost = lostNanos;
    if (lost != null) {
      Duration away = Duration.ofNanos(System.nanoTime() - lost);
      lostNanos = null;
      reconnected.forEach(subscriber -> runSafely(() -> subscriber.accept(away)));
    }
    if (outage) {
      outage = false;
      log.info("Notices of other gateway processes arrive again");
    }
    connected = true;
    connectedOnce.countDown();
    while (!isStopping()) {
      PGNotification[] notices = postgres.getNotifications((int) POLL.toMillis());
      boolean rows = System.nanoTime() - heardNanos >= LOOK_FOR_ROWS.toNanos();
      if (notices != null) {
        for (PGNotification notice : notices) {
          rows |= notice.getName().equals(KEPT_CHANNEL);
          deliver(notice.getName(), notice.getParameter());
        }
      }
      listenToNew(connection, heard);
      if (rows) {
        readRows(connection);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("unlisten *");
    }
  }

  private void listenToNew(Connection connection, Set<String> heard) throws SQLException {
    for (String channel : subscribers.keySet()) {
      if (heard.add(channel)) {
        listenTo(connection, channel);
      }
    }
  }

  private static void listenTo(Connection connection, String channel) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("listen " + channel);
    }
  }

  private void readRows(Connection connection) throws SQLException {
    for (KeptNotices.Kept notice : kept.unheard(connection)) {
      deliver(PREFIX + notice.kind(), notice.payload());
    }
    heardNanos = System.nanoTime();
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
    if (lostNanos == null) {
      lostNanos = heardNanos;
    }
    if (!outage && !isStopping()) {
      outage = true;
      log.warn("Notices of other gateway processes do not arrive: {}", lost.getMessage());
    }
  }
}
