package io.quaymaster.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands between clients and a server on the loopback address as a network would: every connection
 * has a round trip and a bandwidth of its own, as with a bucket that many servers serve. It does
 * not look at what passes, and costs little.
 *
 * <p>Threads: any.
 */
public final class DistanceProxy implements AutoCloseable {
  private final URI server;
  private final Duration oneWay;
  private final long bytesPerSecond;
  private final ServerSocketChannel listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private DistanceProxy(URI server, Duration roundTrip, long bytesPerSecond) {
    this.server = server;
    this.oneWay = roundTrip.dividedBy(2);
    this.bytesPerSecond = bytesPerSecond;
    try {
      listener =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    threads.execute(this::acceptAll);
  }

  /**
   * A server at a distance.
   *
   * @param roundTrip of each connection
   * @param bytesPerSecond of each connection, each way
   */
  public static DistanceProxy before(URI server, Duration roundTrip, long bytesPerSecond) {
    return new DistanceProxy(server, roundTrip, bytesPerSecond);
  }

  /** What clients are told instead of the server's address. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.socket().getLocalPort());
  }

  /** How many are open. */
  int connections() {
    return open.size();
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException _) {
      // It is closed.
    }
  }

  /** Passes bytes both ways until both sides have ended, or one is gone. */
  private void serve(SocketChannel client) {
    open.add(client);
    try (client;
        SocketChannel upstream =
            SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        ExecutorService ways = Executors.newVirtualThreadPerTaskExecutor()) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      upstream.setOption(StandardSocketOptions.TCP_NODELAY, true);
      new DistantWay(client, upstream, oneWay, bytesPerSecond).start(ways);
      new DistantWay(upstream, client, oneWay, bytesPerSecond).start(ways);
    } catch (IOException _) {
      // The server is gone: so is the client's connection.
    } finally {
      open.remove(client);
    }
  }

  /** Ends all connections, and returns when no thread is left. */
  @Override
  public void close() {
    try {
      listener.close();
      for (SocketChannel client : open) {
        client.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    threads.close();
  }
}
