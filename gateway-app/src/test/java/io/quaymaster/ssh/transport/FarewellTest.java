package io.quaymaster.ssh.transport;

import static io.quaymaster.ssh.transport.RawPeer.readFully;
import static io.quaymaster.ssh.transport.RawPeer.writeQuietly;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session says last reaches a peer that has not stopped talking. */
@Timeout(60)
class FarewellTest {
  private static final byte[] BYE = "that was all".getBytes(StandardCharsets.UTF_8);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(40);

  private RawPeer peer;

  @BeforeEach
  void listen() throws IOException {
    peer = lingering(LONG);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    peer.leavesNothing();
  }

  @Test
  void itReachesAPeerInTheMiddleOfAnUpload() throws Exception {
    reachesAnUploader(
        session -> {
          sayByeAndClose(session);
          await().until(() -> peer.closed.get() == 1);
        });
    assertThat(peer.failures).isEmpty();
  }

  @Test
  void itReachesAPeerWhoseWordsTheHandlerDidNotUnderstand() throws Exception {
    reachesAnUploader(
        session -> {
          session.writeBuffer(new ByteArrayBuffer(BYE.clone()));
          throw new IllegalStateException("bad packet");
        });
    assertThat(peer.failures).singleElement().isInstanceOf(IllegalStateException.class);
  }

  private interface Ending {
    void of(IoSession session) throws IOException;
  }

  /** Much of what the peer sent waits unread in the socket when the session ends. */
  private void reachesAnUploader(Ending ending) throws Exception {
    CountDownLatch uploading = new CountDownLatch(1);
    peer.onMessage =
        (session, _) -> {
          uploading.await();
          ending.of(session);
        };
    try (SocketChannel socket = peer.connect()) {
      assertThat(socket.write(ByteBuffer.allocate(100_000))).isEqualTo(100_000);
      uploading.countDown();
      await().until(() -> peer.closed.get() == 1);
      assertThat(socket.write(ByteBuffer.allocate(100_000))).isEqualTo(100_000);

      assertThat(saidUntilTheEnd(socket)).isEqualTo(BYE);
      assertThat(peer.sessions.getFirst().isClosed()).as("while the peer's side is open").isFalse();
    }
    await().until(peer.sessions.getFirst()::isClosed);
    assertThat(peer.received.get()).as("delivered").isLessThan(100_000);
  }

  /** The channel's thread has the turn to read when another ends the session, and stops reading. */
  @Test
  void theConnectionsThreadReadsTheRestWhoseverTurnItIs() throws Exception {
    peer.onMessage = (session, _) -> ((TransportSession) session).leaveReading();
    try (SocketChannel socket = peer.connect()) {
      await().until(() -> peer.sessions.size() == 1);
      VirtualThreadSession session = peer.sessions.getFirst();
      session.join();
      do {
        socket.write(ByteBuffer.allocate(1));
      } while (!session.readHere(TimeUnit.MILLISECONDS.toNanos(10)));
      sayByeAndClose(session);
      CompletableFuture<Void> upload =
          CompletableFuture.runAsync(() -> writeQuietly(socket, ByteBuffer.allocate(30_000_000)));
      assertThat(saidUntilTheEnd(socket)).isEqualTo(BYE);
      upload.get();
    }
    await().until(peer.sessions.getFirst()::isClosed);
  }

  @Test
  void itReachesAPeerThatWasNotListenedTo() throws Exception {
    peer.onMessage = (session, _) -> session.suspendRead();
    try (SocketChannel socket = peer.connect()) {
      socket.write(ByteBuffer.allocate(1));
      await().until(() -> peer.received.get() == 1);
      CompletableFuture<Void> upload =
          CompletableFuture.runAsync(() -> writeQuietly(socket, ByteBuffer.allocate(30_000_000)));
      sayByeAndClose(peer.sessions.getFirst());
      assertThat(saidUntilTheEnd(socket)).isEqualTo(BYE);
      upload.get();
    }
    await().until(peer.sessions.getFirst()::isClosed);
    assertThat(peer.received).hasValue(1);
  }

  @Test
  void aPeerThatGoesOnTalkingIsCutOff() throws Exception {
    try (RawPeer impatient = lingering(SHORT);
        SocketChannel socket = impatient.connect()) {
      impatient.onMessage = (session, _) -> sayByeAndClose(session);
      CompletableFuture<Void> flood = CompletableFuture.runAsync(() -> floods(socket));
      assertThat(flood.handle((_, e) -> e).get())
          .hasMessageContaining("UncheckedIOException")
          .hasMessageMatching(".*(reset|pipe).*");
      await().until(impatient.sessions.getFirst()::isClosed);
    }
  }

  @Test
  void aPeerThatIsSilentIsCutOff() throws Exception {
    try (RawPeer impatient = lingering(SHORT);
        SocketChannel socket = impatient.connect()) {
      impatient.onMessage = (session, _) -> sayByeAndClose(session);
      socket.write(ByteBuffer.allocate(1));
      await().until(() -> impatient.closed.get() == 1);
      await().until(impatient.sessions.getFirst()::isClosed);
      assertThat(saidUntilTheEnd(socket)).isEqualTo(BYE);
    }
  }

  /** The gateway's own end waits for it. */
  @Test
  void itReachesAPeerWhenTheAcceptorCloses() throws Exception {
    CountDownLatch uploading = new CountDownLatch(1);
    peer.onMessage =
        (session, _) -> {
          uploading.await();
          session.writeBuffer(new ByteArrayBuffer(BYE.clone()));
        };
    CloseFuture closing;
    try (SocketChannel socket = peer.connect()) {
      assertThat(socket.write(ByteBuffer.allocate(100))).isEqualTo(100);
      uploading.countDown();
      readFully(socket, ByteBuffer.allocate(BYE.length));
      closing = peer.acceptor.close(false);
      assertThat(saidUntilTheEnd(socket)).isEmpty();
      assertThat(closing.isClosed()).isFalse();
    }
    assertThat(closing.await(TestServer.PATIENCE)).isTrue();
  }

  private static RawPeer lingering(Duration time) throws IOException {
    return new RawPeer(TransportSettings.DEFAULTS.withTimeouts(LONG, LONG, time));
  }

  /** As MINA does after it has sent DISCONNECT. */
  private static void sayByeAndClose(IoSession session) throws IOException {
    session.writeBuffer(new ByteArrayBuffer(BYE.clone())).addListener(_ -> session.close(true));
  }

  private static void floods(SocketChannel socket) {
    while (true) {
      writeQuietly(socket, ByteBuffer.allocate(64 * 1024));
    }
  }

  private static byte[] saidUntilTheEnd(SocketChannel socket) throws IOException {
    ByteBuffer said = ByteBuffer.allocate(1_000);
    int n = 0;
    while (n >= 0) {
      n = socket.read(said);
    }
    byte[] bytes = new byte[said.flip().remaining()];
    said.get(bytes);
    return bytes;
  }
}
