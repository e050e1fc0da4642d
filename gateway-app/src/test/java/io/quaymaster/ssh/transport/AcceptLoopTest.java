package io.quaymaster.ssh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AcceptLoopTest {
  private final LinkedBlockingQueue<SocketChannel> taken = new LinkedBlockingQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void goesOnAfterFailuresWithPausesInBetween() throws Exception {
    Thread thread;
    try (ServerSocketChannel server = listen()) {
      AcceptLoop loop =
          new AcceptLoop(
              () -> {
                if (calls.incrementAndGet() <= 4) {
                  throw new IOException("Too many open files");
                }
                return server.accept();
              },
              taken::add,
              Duration.ofMillis(10),
              Duration.ofMillis(40));
      long start = System.nanoTime();
      thread = Thread.ofVirtual().start(loop);
      try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
        taken.take().close();
        assertThat(client.isConnected()).isTrue();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(10 + 20 + 40 + 40));
      loop.stop();
    }
    thread.join();
  }

  @Test
  void stopsInAPause() throws Exception {
    AcceptLoop loop =
        new AcceptLoop(
            () -> {
              calls.incrementAndGet();
              throw new IOException("Too many open files");
            },
            taken::add,
            Duration.ofHours(1),
            Duration.ofHours(1));
    Thread thread = Thread.ofVirtual().start(loop);
    await().until(() -> calls.get() == 1);
    loop.stop();
    thread.join();
    assertThat(calls).hasValue(1);
  }

  private static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
