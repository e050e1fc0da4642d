package io.quaymaster.ssh.transport;

import static io.quaymaster.ssh.transport.RawPeer.readFully;
import static io.quaymaster.ssh.transport.RawPeer.writeQuietly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The transport alone, with plain sockets for peers. */
@Timeout(60)
class TransportTest {
  private RawPeer peer;

  @BeforeEach
  void listen() throws IOException {
    peer = new RawPeer(TransportSettings.DEFAULTS);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    peer.leavesNothing();
  }

  @Test
  void writesArriveInOrderAndFuturesCompleteInOrder() throws Exception {
    try (SocketChannel socket = peer.connect()) {
      VirtualThreadSession session = onlySession();
      var done = new ConcurrentLinkedQueue<Integer>();
      int count = 20_000;
      for (int i = 0; i < count; i++) {
        int number = i;
        session
            .writeBuffer(new ByteArrayBuffer(ByteBuffer.allocate(4).putInt(i).array()))
            .addListener(f -> done.add(number));
      }
      ByteBuffer all = ByteBuffer.allocate(4 * count);
      readFully(socket, all);
      for (int i = 0; i < count; i++) {
        assertThat(all.getInt(4 * i)).isEqualTo(i);
      }
      await().until(() -> done.size() == count);
      assertThat(new ArrayList<>(done)).isSorted();
      assertThat(session.pendingBytes()).isZero();
    }
  }

  @Test
  void writesOfSeveralThreadsKeepEachThreadsOrder() throws Exception {
    try (SocketChannel socket = peer.connect();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      VirtualThreadSession session = onlySession();
      int each = 5_000;
      for (int thread = 0; thread < 4; thread++) {
        int mine = thread;
        threads.execute(
            () -> {
              for (int i = 0; i < each; i++) {
                session.writeBuffer(numbered(mine, i));
              }
            });
      }
      ByteBuffer all = ByteBuffer.allocate(8 * 4 * each);
      readFully(socket, all);
      int[] next = new int[4];
      all.flip();
      while (all.hasRemaining()) {
        assertThat(next[all.getInt()]++).isEqualTo(all.getInt());
      }
    }
  }

  /** While it writes, packets of others go out behind its own. */
  @Test
  void aThreadCanWriteWhatItAddsItself() throws Exception {
    try (SocketChannel socket = peer.connectNarrow()) {
      VirtualThreadSession session = onlySession();
      int threads = peer.transport.threads().live();
      session.writeHere(() -> session.writeBuffer(numbered(1, 1)));
      assertThat(session.pendingBytes()).isZero();
      assertThat(peer.transport.threads().live()).isEqualTo(threads);
      readFully(socket, ByteBuffer.allocate(8));

      byte[] much = new byte[16_000_000];
      Thread writer =
          Thread.ofVirtual()
              .start(() -> writeHereQuietly(session, new ByteArrayBuffer(much.clone())));
      await().until(() -> writer.getState() == Thread.State.WAITING);
      session.writeBuffer(numbered(2, 2));
      readFully(socket, ByteBuffer.allocate(much.length));
      ByteBuffer last = ByteBuffer.allocate(8);
      readFully(socket, last);
      assertThat(last.flip().getInt()).isEqualTo(2);
      writer.join();
      assertThat(session.pendingBytes()).isZero();
    }
  }

  private static void writeHereQuietly(VirtualThreadSession session, ByteArrayBuffer packet) {
    try {
      session.writeHere(() -> session.writeBuffer(packet));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSenderCanWaitForThePeer() throws Exception {
    try (SocketChannel socket = peer.connectNarrow()) {
      VirtualThreadSession session = onlySession();
      session.writeBuffer(new ByteArrayBuffer(new byte[16_000_000]));
      Thread sender = Thread.ofVirtual().unstarted(() -> awaitQuietly(session, 1_000));
      sender.start();
      await().until(() -> sender.getState() == Thread.State.WAITING);
      readFully(socket, ByteBuffer.allocate(16_000_000));
      sender.join();
      assertThat(session.pendingBytes()).isZero();
      session.close(true);
      assertThatThrownBy(() -> session.awaitPendingAtMost(1))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void largeAndSmallMessagesArriveWhole() throws Exception {
    Random random = new Random(7);
    peer.onMessage =
        (session, bytes) -> {
          session.writeBuffer(new ByteArrayBuffer(bytes));
        };
    try (SocketChannel socket = peer.connect()) {
      for (int size : new int[] {1, 511, 512, 513, 131_072, 131_584, 1_000_000, 3}) {
        byte[] sent = new byte[size];
        random.nextBytes(sent);
        ByteBuffer out = ByteBuffer.wrap(sent);
        Thread writer = Thread.ofVirtual().start(() -> writeQuietly(socket, out));
        ByteBuffer back = ByteBuffer.allocate(size);
        readFully(socket, back);
        writer.join();
        assertThat(back.array()).isEqualTo(sent);
      }
    }
  }

  @Test
  void aBlockedHandlerHoldsNoLargeBuffer() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    peer.onMessage =
        (session, bytes) -> {
          entered.countDown();
          release.await();
        };
    try (SocketChannel socket = peer.connect()) {
      socket.write(ByteBuffer.allocate(20_000));
      entered.await();
      assertThat(peer.transport.readBuffers().inUse()).isZero();
      release.countDown();
      await().until(() -> peer.received.get() == 20_000);
    } finally {
      release.countDown();
    }
  }

  @Test
  void aPeerThatDoesNotReadIsNotListenedTo() throws Exception {
    peer.onMessage = (session, bytes) -> session.writeBuffer(new ByteArrayBuffer(bytes));
    try (SocketChannel socket = peer.connectNarrow()) {
      VirtualThreadSession session = onlySession();
      long limit = TransportSettings.DEFAULTS.maxPendingBytes();
      Thread flood =
          Thread.ofVirtual()
              .start(() -> writeQuietly(socket, ByteBuffer.allocate((int) (4 * limit))));
      await().until(() -> session.pendingBytes() > limit);
      long slack = TransportSettings.DEFAULTS.readBufferBytes();
      await().during(Duration.ofMillis(200)).until(() -> session.pendingBytes() <= limit + slack);
      readFully(socket, ByteBuffer.allocate((int) (4 * limit)));
      flood.join();
      await().until(() -> session.pendingBytes() == 0);
    }
  }

  @Test
  void aPeerThatNeverReadsIsDisconnected() throws Exception {
    try (RawPeer impatient =
            new RawPeer(
                TransportSettings.DEFAULTS.withTimeouts(
                    Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(1)));
        SocketChannel socket = impatient.connectNarrow()) {
      await().until(() -> impatient.sessions.size() == 1);
      VirtualThreadSession session = impatient.sessions.getFirst();
      IoWriteFuture future = session.writeBuffer(new ByteArrayBuffer(new byte[16_000_000]));
      await().until(session::isClosed);
      assertThat(socket.isOpen()).isTrue();
      assertThat(future.getException()).isNotNull();
      assertThat(impatient.failures).hasSize(1).first().isInstanceOf(SocketTimeoutException.class);
      await().until(() -> impatient.transport.writeBuffers().inUse() == 0);
    }
  }

  @Test
  void gracefulCloseWritesWhatIsQueued() throws Exception {
    try (SocketChannel socket = peer.connect()) {
      VirtualThreadSession session = onlySession();
      byte[] bytes = new byte[8_000_000];
      new Random(1).nextBytes(bytes);
      IoWriteFuture written = session.writeBuffer(new ByteArrayBuffer(bytes));
      session.close(false);
      IoWriteFuture late = session.writeBuffer(new ByteArrayBuffer(new byte[1]));
      assertThat(late.getException()).isNotNull();
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      readFully(socket, all);
      assertThat(all.array()).isEqualTo(bytes);
      assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      await().until(session::isClosed);
      assertThat(written.isWritten()).isTrue();
    }
  }

  @Test
  void gracefulCloseDoesNotWaitForEver() throws Exception {
    try (RawPeer impatient =
            new RawPeer(
                TransportSettings.DEFAULTS.withTimeouts(
                    Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofSeconds(1)));
        SocketChannel socket = impatient.connectNarrow()) {
      await().until(() -> impatient.sessions.size() == 1);
      VirtualThreadSession session = impatient.sessions.getFirst();
      IoWriteFuture future = session.writeBuffer(new ByteArrayBuffer(new byte[16_000_000]));
      session.close(false);
      await().until(session::isClosed);
      assertThat(socket.isOpen()).isTrue();
      assertThat(future.getException()).isNotNull();
    }
  }

  @Test
  void peerResetInMidWriteFailsTheFutures() throws Exception {
    SocketChannel socket = peer.connectNarrow();
    VirtualThreadSession session = onlySession();
    IoWriteFuture first = session.writeBuffer(new ByteArrayBuffer(new byte[16_000_000]));
    IoWriteFuture second = session.writeBuffer(new ByteArrayBuffer(new byte[10]));
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
    await().until(session::isClosed);
    await().until(() -> first.isDone() && second.isDone());
    assertThat(first.getException()).isNotNull();
    assertThat(second.getException()).isNotNull();
  }

  @Test
  void peerCloseEndsTheSession() throws Exception {
    peer.connect().close();
    await().until(() -> peer.closed.get() == 1);
    assertThat(peer.failures).isEmpty();
  }

  @Test
  void aHalfOpenPeerIsClosed() throws Exception {
    try (SocketChannel socket = peer.connect()) {
      socket.write(ByteBuffer.allocate(3));
      socket.shutdownOutput();
      assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      await().until(() -> peer.closed.get() == 1);
      assertThat(peer.received).hasValue(3);
    }
  }

  @Test
  void writesGoOnWhenStuckPeersHoldAllBuffers() throws Exception {
    TransportSettings few =
        new TransportSettings(
            16,
            512,
            8192,
            4096,
            8192,
            1,
            1 << 20,
            64,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1));
    try (RawPeer small = new RawPeer(few);
        SocketChannel stuck = small.connectNarrow()) {
      await().until(() -> small.sessions.size() == 1);
      small.sessions.getFirst().writeBuffer(new ByteArrayBuffer(new byte[16_000_000]));
      await().until(() -> small.transport.writeBuffers().inUse() == 1);
      try (SocketChannel socket = small.connect()) {
        await().until(() -> small.sessions.size() == 2);
        byte[] bytes = new byte[1_000_000];
        new Random(5).nextBytes(bytes);
        small.sessions.getLast().writeBuffer(new ByteArrayBuffer(bytes));
        ByteBuffer all = ByteBuffer.allocate(bytes.length);
        readFully(socket, all);
        assertThat(all.array()).isEqualTo(bytes);
      }
      assertThat(stuck.isOpen()).isTrue();
    }
  }

  @Test
  void endOfOutputIsSeenAndInputGoesOn() throws Exception {
    try (SocketChannel socket = peer.connect()) {
      VirtualThreadSession session = onlySession();
      session.writeBuffer(new ByteArrayBuffer("bye".getBytes(StandardCharsets.UTF_8)));
      session.shutdownOutputStream();
      readFully(socket, ByteBuffer.allocate(3));
      assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      socket.write(ByteBuffer.allocate(5));
      await().until(() -> peer.received.get() == 5);
      assertThat(session.isOpen()).isTrue();
    }
  }

  @Test
  void suspendedSessionsReadAgainWhenResumedAndCloseWhenClosed() throws Exception {
    peer.onMessage = (session, bytes) -> session.suspendRead();
    try (SocketChannel socket = peer.connect()) {
      VirtualThreadSession session = onlySession();
      socket.write(ByteBuffer.allocate(1));
      await().until(() -> peer.received.get() == 1);
      socket.write(ByteBuffer.allocate(1));
      await().during(Duration.ofMillis(50)).until(() -> peer.received.get() == 1);
      session.resumeRead();
      await().until(() -> peer.received.get() == 2);
      session.close(true);
      await().until(session::isClosed);
    }
  }

  @Test
  void aFailingHandlerHearsOfItAndItsFarewellGoesOut() throws Exception {
    peer.onMessage =
        (session, bytes) -> {
          session.writeBuffer(new ByteArrayBuffer("bye".getBytes(StandardCharsets.UTF_8)));
          throw new IllegalStateException("bad packet");
        };
    try (SocketChannel socket = peer.connect()) {
      socket.write(ByteBuffer.allocate(1));
      readFully(socket, ByteBuffer.allocate(3));
      assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(peer.failures).singleElement().isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void racingClosesLeaveNothingBehind() throws Exception {
    long descriptors = openDescriptors();
    peer.onMessage = (session, bytes) -> session.writeBuffer(new ByteArrayBuffer(bytes));
    try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 300; i++) {
        int turn = i;
        racers.execute(() -> connectSendAndClose(turn));
        racers.execute(
            () -> peer.acceptor.getManagedSessions().values().forEach(s -> s.close(turn % 2 == 0)));
      }
    }
    await().until(() -> peer.acceptor.getManagedSessions().isEmpty());
    peer.close();
    await().until(() -> openDescriptors() <= descriptors);
  }

  @Test
  void bindErrorsAreTold() throws Exception {
    try (RawPeer second = new RawPeer(TransportSettings.DEFAULTS)) {
      InetSocketAddress taken = peer.address();
      InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      assertThatThrownBy(() -> second.acceptor.bind(List.of(free, taken)))
          .isInstanceOf(BindException.class);
      assertThat(second.acceptor.getBoundAddresses()).hasSize(1).doesNotContain(taken);
    }
  }

  @Test
  void aFreedAddressCanBeBoundAgain() throws Exception {
    InetSocketAddress address = peer.address();
    try (SocketChannel socket = peer.connect()) {
      assertThat(onlySession().getAcceptanceAddress()).isEqualTo(address);
      peer.acceptor.unbind();
      assertThatThrownBy(() -> SocketChannel.open(address)).isInstanceOf(IOException.class);
      assertThat(socket.write(ByteBuffer.allocate(3))).isEqualTo(3);
      await().until(() -> peer.received.get() == 3);
      peer.acceptor.bind(address);
      SocketChannel.open(address).close();
    }
  }

  @Test
  void makesNoConnections() {
    var factory = new VirtualThreadIoServiceFactory(peer.transport, null);
    assertThatThrownBy(() -> factory.createConnector(peer))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("makes none");
  }

  private VirtualThreadSession onlySession() {
    await().until(() -> peer.sessions.size() == 1);
    return peer.sessions.getFirst();
  }

  private void connectSendAndClose(int turn) {
    try (SocketChannel socket = peer.connect()) {
      socket.setOption(StandardSocketOptions.SO_LINGER, turn % 3 == 0 ? 0 : -1);
      socket.write(ByteBuffer.allocate(turn * 10));
    } catch (IOException e) {
      assertThat(e).as("the other side was faster").hasMessageMatching(".*(reset|pipe|closed).*");
    }
  }

  private static void awaitQuietly(VirtualThreadSession session, long bytes) {
    try {
      session.awaitPendingAtMost(bytes);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ByteArrayBuffer numbered(int thread, int number) {
    return new ByteArrayBuffer(ByteBuffer.allocate(8).putInt(thread).putInt(number).array());
  }

  static long openDescriptors() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
