package io.quaymaster.ssh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.Readable;

/** An acceptor with a handler that only counts, and plain sockets to talk to it. */
final class RawPeer implements IoHandler, AutoCloseable {
  /** What to do with what a session receives. */
  interface OnMessage {
    void received(IoSession session, byte[] bytes) throws Exception;
  }

  final Transport transport;
  final VirtualThreadAcceptor acceptor;
  final List<VirtualThreadSession> sessions = new CopyOnWriteArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final AtomicInteger closed = new AtomicInteger();
  final AtomicLong received = new AtomicLong();
  volatile OnMessage onMessage = (session, bytes) -> {};

  RawPeer(TransportSettings settings) throws IOException {
    transport = Transport.of(settings, Gatekeeper.OPEN);
    acceptor = new VirtualThreadAcceptor(this, transport, null);
    acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
  }

  SocketChannel connect() throws IOException {
    return SocketChannel.open(address());
  }

  /** A socket that the kernel buffers little for, so that it looks slow soon. */
  SocketChannel connectNarrow() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 8 * 1024);
    channel.connect(address());
    return channel;
  }

  @Override
  public void sessionCreated(IoSession session) {
    sessions.add((VirtualThreadSession) session);
  }

  @Override
  public void sessionClosed(IoSession session) {
    closed.incrementAndGet();
  }

  @Override
  public void exceptionCaught(IoSession session, Throwable cause) {
    failures.add(cause);
  }

  @Override
  public void messageReceived(IoSession session, Readable message) throws Exception {
    byte[] bytes = new byte[message.available()];
    message.getRawBytes(bytes, 0, bytes.length);
    received.addAndGet(bytes.length);
    onMessage.received(session, bytes);
  }

  /** Closes, and shows that no thread, session or buffer is left. */
  void leavesNothing() throws IOException {
    close();
    await().until(() -> transport.threads().live() == 0);
    assertThat(closed).hasValue(sessions.size());
    assertThat(transport.readBuffers().inUse()).isZero();
    assertThat(transport.writeBuffers().inUse()).isZero();
    assertThat(acceptor.getManagedSessions()).isEmpty();
  }

  @Override
  public void close() throws IOException {
    acceptor.close(true).await(TestServer.PATIENCE);
  }

  static void readFully(SocketChannel socket, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      assertThat(socket.read(into)).isPositive();
    }
  }

  static void writeQuietly(SocketChannel socket, ByteBuffer from) {
    try {
      while (from.hasRemaining()) {
        socket.write(from);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
