package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.io.WriteAbortedException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.future.DefaultCloseFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/** One accepted connection. {@link #serve} is its own thread; all else may be called on any. */
final class VirtualThreadSession extends AbstractCloseable implements TransportSession {
  private static final AtomicLong IDS = new AtomicLong();
  private static final long NO_DEADLINE = 0;

  private final long id = IDS.incrementAndGet();
  private final VirtualThreadAcceptor acceptor;
  private final IoHandler handler;
  private final TransportSettings settings;
  private final SocketChannel channel;
  private final Gatekeeper.Pass pass;
  private final SocketAddress localAddress;
  private final SocketAddress remoteAddress;
  private final SocketAddress acceptanceAddress;
  private final WriteQueue writes;
  private final ReadLoop reads;
  private final HandlerLife handlerLife;
  private final SocketEnd socketEnd = new SocketEnd();
  private final Map<Object, @Nullable Object> attributes = new HashMap<>();
  private volatile long closeDeadline = NO_DEADLINE;

  /**
   * @param remoteAddress the client's; that of the socket is a proxy's, if there is one
   */
  VirtualThreadSession(
      VirtualThreadAcceptor acceptor,
      IoHandler handler,
      Transport transport,
      SocketChannel channel,
      SocketAddress remoteAddress,
      SocketAddress acceptanceAddress,
      Gatekeeper.Pass pass)
      throws IOException {
    this.acceptor = acceptor;
    this.handler = handler;
    this.settings = transport.settings();
    this.channel = channel;
    this.localAddress = channel.getLocalAddress();
    this.remoteAddress = remoteAddress;
    this.acceptanceAddress = acceptanceAddress;
    this.pass = pass;
    this.writes = new WriteQueue(channel, "ssh-writer-" + id, transport, this::connectionFailed);
    this.reads =
        new ReadLoop(
            channel,
            transport,
            writes,
            data -> handler.messageReceived(this, data),
            this::receiverFailed);
    this.handlerLife = new HandlerLife(() -> handler.sessionClosed(this));
  }

  /** Tells the handler of the connection; false if it has been closed before. */
  boolean open() throws Exception {
    return handlerLife.create(() -> handler.sessionCreated(this));
  }

  /** Serves the connection until it is closed. */
  void serve() {
    socketEnd.mayLinger();
    try {
      if (reads.run()) {
        closeNow();
      }
    } catch (Throwable e) {
      connectionFailed(e);
    }
  }

  /**
   * Closes the connection if the peer takes nothing, if its end takes too long, or if it is still a
   * stranger's after its time.
   */
  void enforceTimeouts(long now) {
    long deadline = closeDeadline;
    boolean endTakesTooLong = deadline != NO_DEADLINE && now - deadline >= 0;
    if (endTakesTooLong || pass.isOverdue(now)) {
      closeNow();
    } else if (writes.stalledNanos(now) >= settings.writeTimeout().toNanos()) {
      connectionFailed(
          new SocketTimeoutException("The peer took no data for " + settings.writeTimeout()));
    }
  }

  @Override
  public IoWriteFuture writeBuffer(Buffer buffer) {
    WriteRequest request = WriteRequest.packet(remoteAddress, buffer);
    if (isClosing()) {
      request.failed(new ClosedChannelException());
    } else {
      writes.add(request);
    }
    return request;
  }

  @Override
  public long pendingBytes() {
    return writes.pendingBytes();
  }

  @Override
  public void awaitPendingAtMost(long bytes) throws ClosedChannelException, InterruptedException {
    writes.awaitPendingAtMost(bytes);
  }

  @Override
  public void writeHere(Adding adding) throws IOException {
    writes.addAndDrain(adding);
  }

  @Override
  public boolean readHere(long nanos) throws InterruptedException {
    try {
      return reads.readHere(nanos);
    } catch (IOException e) {
      connectionFailed(e);
    }
    return false;
  }

  @Override
  public void leaveReading() {
    reads.leaveToChannel();
  }

  @Override
  public void join() {
    reads.turns().join();
  }

  @Override
  public void part() {
    reads.turns().part();
  }

  /** Ends the output once what is queued is written; the peer may go on sending. */
  @Override
  public void shutdownOutputStream() {
    writes.end();
  }

  /** What has been read already is still delivered. Until resumed, a peer's close goes unseen. */
  @Override
  public void suspendRead() {
    reads.suspend();
  }

  @Override
  public void resumeRead() {
    reads.resume();
  }

  @Override
  protected CloseFuture doCloseGracefully() {
    closeDeadline = nonZero(System.nanoTime() + settings.closeTimeout().toNanos());
    CloseFuture written = new DefaultCloseFuture(id, null);
    writes.end().addListener(end -> written.setClosed());
    return written;
  }

  /**
   * The protocol is over. A partner's socket goes only when the peer has closed its side, or after
   * a while: one that is closed while something waits in it to be read takes back what was sent
   * last, and a client in the middle of an upload would not learn why that ends (RFC 1122,
   * 4.2.2.13).
   */
  @Override
  protected void doCloseImmediately() {
    writes.abort(new WriteAbortedException("The connection was closed", null));
    try {
      if (!pass.isStranger() && socketEnd.linger()) {
        closeDeadline = nonZero(System.nanoTime() + settings.lingerTimeout().toNanos());
        reads.discard();
        channel.shutdownOutput();
      } else {
        hangUp();
      }
    } catch (IOException gone) {
      log.debug("{} was gone before its end", this, gone);
      hangUp();
    }
    try {
      handlerLife.close();
    } finally {
      pass.left();
    }
  }

  /** Without waiting for the peer. */
  private void closeNow() {
    if (socketEnd.hurry()) {
      hangUp();
    } else {
      close(true);
    }
  }

  private void hangUp() {
    if (!socketEnd.come()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Closing {} failed", this, e);
    }
    reads.wake();
    acceptor.forget(this);
    super.doCloseImmediately();
  }

  /** The socket is of no more use. */
  private void connectionFailed(Throwable cause) {
    tellHandler(cause);
    closeNow();
  }

  /** The socket still works: what the handler writes for a farewell goes out, within limits. */
  private void receiverFailed(Exception cause) {
    tellHandler(cause);
    close(false);
  }

  private void tellHandler(Throwable cause) {
    if (isClosing() || !handlerLife.isKnown()) {
      return;
    }
    try {
      handler.exceptionCaught(this, cause);
    } catch (Exception e) {
      log.debug("The handler of {} failed to handle {}", this, cause, e);
    }
  }

  private static long nonZero(long nanos) {
    return nanos == NO_DEADLINE ? 1 : nanos;
  }

  @Override
  public long lastReceivedNanos() {
    return reads.lastReceivedNanos();
  }

  @Override
  public Gatekeeper.Pass pass() {
    return pass;
  }

  @Override
  public long getId() {
    return id;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return localAddress;
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return remoteAddress;
  }

  @Override
  public SocketAddress getAcceptanceAddress() {
    return acceptanceAddress;
  }

  @Override
  public IoService getService() {
    return acceptor;
  }

  @Override
  public @Nullable Object getAttribute(Object key) {
    synchronized (attributes) {
      return attributes.get(key);
    }
  }

  @Override
  public @Nullable Object setAttribute(Object key, @Nullable Object value) {
    synchronized (attributes) {
      return attributes.put(key, value);
    }
  }

  @Override
  public @Nullable Object setAttributeIfAbsent(Object key, @Nullable Object value) {
    synchronized (attributes) {
      return attributes.putIfAbsent(key, value);
    }
  }

  @Override
  public @Nullable Object removeAttribute(Object key) {
    synchronized (attributes) {
      return attributes.remove(key);
    }
  }

  @Override
  public String toString() {
    return "ssh-" + id + "[" + remoteAddress + " to " + localAddress + "]";
  }
}
