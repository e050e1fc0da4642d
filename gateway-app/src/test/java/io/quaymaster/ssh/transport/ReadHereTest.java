package io.quaymaster.ssh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A channel's thread that reads its connection itself, and the connection's thread that looks on.
 */
@Timeout(60)
class ReadHereTest {
  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  private final AtomicReference<Thread> reader = new AtomicReference<>();
  private final AtomicInteger bytesOutOfOrder = new AtomicInteger();
  private final AtomicLong delivered = new AtomicLong();
  private volatile boolean leave;
  private long sent;

  private RawPeer peer;
  private SocketChannel client;
  private TransportSession session;

  @BeforeEach
  void connect() throws IOException {
    peer = new RawPeer(TransportSettings.DEFAULTS);
    peer.onMessage =
        (_, bytes) -> {
          for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != (byte) (delivered.get() + i)) {
              bytesOutOfOrder.incrementAndGet();
            }
          }
          reader.set(Thread.currentThread());
          if (leave) {
            session.leaveReading();
          }
          delivered.addAndGet(bytes.length);
        };
    client = peer.connect();
    await().until(() -> peer.sessions.size() == 1);
    session = peer.sessions.getFirst();
    session.join();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    peer.leavesNothing();
  }

  @Test
  void theConnectionsThreadReadsUntilItLeavesThatToTheChannels() throws Exception {
    send(1);
    awaitDelivered();
    Thread connections = reader.get();
    assertThat(session.readHere(MOMENT)).isFalse();

    takeTurn();
    assertThat(reader).hasValue(Thread.currentThread());
    assertThat(connections).isNotEqualTo(Thread.currentThread());
    send(300_000);
    while (delivered.get() < sent) {
      session.readHere(MOMENT);
    }
    assertThat(bytesOutOfOrder).hasValue(0);
  }

  @Test
  void whatComesTooLateForTheChannelsThreadIsReadByTheConnections() throws Exception {
    leaveReading();
    assertThat(session.readHere(MOMENT)).isFalse();
    send(1);
    awaitDelivered();
    assertThat(reader.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void theConnectionsThreadTakesOverFromOneThatIsBusy() throws Exception {
    leaveReading();
    send(1);
    awaitDelivered();
    assertThat(reader.get()).isNotEqualTo(Thread.currentThread());
    assertThat(session.readHere(MOMENT)).isFalse();
  }

  @Test
  void theConnectionsThreadReadsWhenTheChannelsEnds() throws Exception {
    leaveReading();
    session.part();
    send(1);
    awaitDelivered();
    assertThat(reader.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void ofTwoChannelsNoneReads() throws Exception {
    leaveReading();
    session.join();
    assertThat(session.readHere(LONG)).isFalse();
    leave = true;
    send(1);
    awaitDelivered();
    assertThat(session.readHere(LONG)).isFalse();
  }

  @Test
  void noMoreThreadsWaitInTheKernelThanMay() throws Exception {
    KernelWait one = new KernelWait(1);
    try (SocketChannel other = peer.connect()) {
      CountDownLatch started = new CountDownLatch(1);
      CompletableFuture<Boolean> first =
          CompletableFuture.supplyAsync(
              () -> {
                started.countDown();
                return one.of(client).awaitReadable(LONG);
              });
      started.await();
      await().until(() -> !one.isRoom());
      long before = System.nanoTime();
      assertThat(one.of(other).awaitReadable(LONG)).isFalse();
      assertThat(System.nanoTime() - before).isLessThan(LONG / 2);
      peer.sessions.getFirst().writeBuffer(new ByteArrayBuffer(new byte[] {1}));
      assertThat(first.get()).isTrue();
      assertThat(one.isRoom()).isTrue();
    }
  }

  @Test
  void afterAFailureOnTheChannelsThreadNothingIsReadAnyMore() throws Exception {
    takeTurn();
    peer.onMessage =
        (_, _) -> {
          throw new IOException("not understood");
        };
    send(1);
    assertThat(session.readHere(LONG)).isFalse();
    send(1);
    await().until(() -> peer.closed.get() == 1);
    assertThat(peer.failures).singleElement().hasToString("java.io.IOException: not understood");
  }

  @Test
  void theEndOfTheInputIsSeenOnTheChannelsThread() throws Exception {
    takeTurn();
    client.close();
    assertThat(session.readHere(LONG)).isFalse();
    await().until(() -> peer.closed.get() == 1);
  }

  @Test
  void aChannelsThreadThatWaitsIsToldOfTheConnectionsEnd() throws Exception {
    leaveReading();
    CompletableFuture<Boolean> waiting = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                boolean read = true;
                while (read) {
                  read = session.readHere(MOMENT);
                }
                waiting.complete(read);
              } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
              }
            });
    session.close(true);
    assertThat(waiting.get()).isFalse();
  }

  /** Turns change at every moment; no byte is lost, doubled or out of order. */
  @Test
  void threadsTakeTurnsInOrder() throws Exception {
    leave = true;
    long bytes = 4_000_000;
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> {
              Random sizes = new Random(7);
              for (long left = bytes; left > 0; ) {
                int n = (int) Math.min(left, 1 + sizes.nextInt(4000));
                send(n);
                left -= n;
              }
            });
    Random work = new Random(8);
    while (delivered.get() < bytes) {
      if (!session.readHere(1 + work.nextInt(2_000_000))) {
        TimeUnit.NANOSECONDS.sleep(work.nextInt(3_000_000));
      } else if (work.nextInt(500) == 0) {
        TimeUnit.NANOSECONDS.sleep(2 * ReadTurns.PATIENCE_NANOS);
      }
    }
    sent.get();
    assertThat(delivered).hasValue(bytes);
    assertThat(bytesOutOfOrder).hasValue(0);
  }

  /** The channel's turn has come, and stays for as long as {@link ReadTurns} has patience. */
  private void leaveReading() {
    leave = true;
    send(1);
    awaitDelivered();
    leave = false;
  }

  /** A turn of this thread's. */
  private void takeTurn() throws InterruptedException {
    do {
      leaveReading();
      send(1);
    } while (!session.readHere(LONG));
  }

  /** In a hurry: the connection's thread does not look on for long. */
  private void awaitDelivered() {
    while (delivered.get() < sent) {
      Thread.onSpinWait();
    }
  }

  private void send(int bytes) {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    while (all.hasRemaining()) {
      all.put((byte) sent++);
    }
    all.flip();
    try {
      while (all.hasRemaining()) {
        client.write(all);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
