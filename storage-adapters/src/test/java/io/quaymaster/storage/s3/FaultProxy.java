package io.quaymaster.storage.s3;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and an HTTP server on the loopback address, and does harm when a test
 * tells it to. What it is not told to harm passes as it is.
 *
 * <p>Faults are planned by request line, for example {@code PUT /bucket/key?partNumber=1 HTTP/1.1}.
 * Each request takes the first plan that matches and is not used up. Threads: any.
 */
public final class FaultProxy implements AutoCloseable {
  /** For plans that are never used up. */
  private static final int WITHOUT_END = Integer.MAX_VALUE;

  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final URI server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Plan> plans = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger injected = new AtomicInteger();
  private final Set<FaultyConnection> connections = ConcurrentHashMap.newKeySet();
  private final int port;
  private ServerSocket listener;
  private Future<?> acceptor;

  private record Plan(AtomicInteger left, Predicate<String> requestLine, Fault fault) {
    boolean take(String line) {
      return requestLine.test(line)
          && left.getAndUpdate(count -> count == WITHOUT_END ? count : Math.max(count - 1, 0)) > 0;
    }
  }

  private FaultProxy(URI server) {
    this.server = server;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    this.acceptor = acceptAll(listener);
  }

  /** A proxy in front of a server, on any free port. */
  public static FaultProxy before(URI server) {
    return new FaultProxy(server);
  }

  /** What clients are told instead of the server's address. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Requests of a method whose target contains a text. */
  public static Predicate<String> requests(String method, String containing) {
    return line -> line.startsWith(method + " ") && line.contains(containing);
  }

  /** Requests of all kinds. */
  public static Predicate<String> anyRequest() {
    return line -> true;
  }

  /** Parts of multipart uploads that are sent, not copied ones alone. */
  public static Predicate<String> parts() {
    return requests("PUT", "partNumber=");
  }

  /** Plans a fault for the next so many requests whose line matches. */
  public FaultProxy next(int count, Predicate<String> requestLine, Fault fault) {
    plans.add(new Plan(new AtomicInteger(count), requestLine, fault));
    return this;
  }

  /** Plans a fault for every request whose line matches, until {@link #heal}. */
  public FaultProxy every(Predicate<String> requestLine, Fault fault) {
    return next(WITHOUT_END, requestLine, fault);
  }

  /** From now on nobody listens: connections are refused, and those that are open are reset. */
  public FaultProxy refuse() {
    stopListening();
    reset();
    return this;
  }

  /** Resets all connections that are open; later ones are taken. */
  public FaultProxy reset() {
    connections.forEach(FaultyConnection::reset);
    return this;
  }

  /** Drops all plans, and listens again if it did not. */
  public FaultProxy heal() {
    plans.clear();
    synchronized (this) {
      if (listener.isClosed()) {
        listener = listen(port);
        acceptor = acceptAll(listener);
      }
    }
    return this;
  }

  /** How many requests of a method have arrived, harmed or not. */
  public long count(String method) {
    return count(requests(method, ""));
  }

  public long count(Predicate<String> requestLine) {
    return requests.stream().filter(requestLine).count();
  }

  /** How many requests were harmed. */
  public int injected() {
    return injected.get();
  }

  /** Forgets the requests and faults that were counted. */
  public FaultProxy resetCounts() {
    requests.clear();
    injected.set(0);
    return this;
  }

  /** Client connections that are open. */
  public int openConnections() {
    return connections.size();
  }

  /** Resets all connections and returns when no thread of it is left. */
  @Override
  public void close() {
    stopListening();
    threads.shutdownNow();
    await("connections to end")
        .atMost(STOP_LIMIT)
        .until(
            () -> {
              reset();
              return connections.isEmpty();
            });
    threads.close();
  }

  /** Counts a request, and says what to do to it. */
  @Nullable Fault faultFor(String requestLine) {
    requests.add(requestLine);
    for (Plan plan : plans) {
      if (plan.take(requestLine)) {
        injected.incrementAndGet();
        return plan.fault();
      }
    }
    return null;
  }

  private Future<?> acceptAll(ServerSocket from) {
    return threads.submit(
        () -> {
          while (!from.isClosed()) {
            try {
              serve(from.accept());
            } catch (IOException _) {
              // It was closed, or the client has gone already: the loop's condition tells which.
            }
          }
        });
  }

  private void serve(Socket client) {
    FaultyConnection connection = new FaultyConnection(this, client, server, threads);
    connections.add(connection);
    try {
      threads.execute(
          () -> {
            try {
              connection.run();
            } finally {
              connections.remove(connection);
            }
          });
    } catch (RejectedExecutionException _) {
      // The proxy closes at this moment.
      connection.reset();
      connections.remove(connection);
    }
  }

  /**
   * Returns when the port is closed. Closing the socket is not enough: while a virtual thread waits
   * in {@code accept}, the JDK leaves the descriptor to that thread, and one more client can get
   * in.
   */
  private synchronized void stopListening() {
    try {
      listener.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    await("the port to close").atMost(STOP_LIMIT).until(acceptor::isDone);
  }

  private static ServerSocket listen(int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
