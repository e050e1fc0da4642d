package io.quaymaster.ssh.transport;

import io.quaymaster.ssh.transport.Gatekeeper.Pass;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractInnerCloseable;
import org.jspecify.annotations.Nullable;

/** Listens, and gives every connection a virtual thread of its own. Threads: any. */
final class VirtualThreadAcceptor extends AbstractInnerCloseable implements IoAcceptor {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration UNBIND_LIMIT = Duration.ofSeconds(2);

  private static final byte[] FAREWELL =
      "Not allowed at this time\r\n".getBytes(StandardCharsets.US_ASCII);

  /** A bound socket and the loop that accepts from it. */
  private record Listener(ServerSocketChannel channel, AcceptLoop loop) {}

  private final IoHandler handler;
  private final Transport transport;
  private final Map<SocketAddress, Listener> listeners = new ConcurrentHashMap<>();
  private final Map<Long, IoSession> sessions = new ConcurrentHashMap<>();
  private final Watchdog watchdog;
  private boolean watched;
  private boolean closed;
  private volatile @Nullable IoServiceEventListener eventListener;

  VirtualThreadAcceptor(
      IoHandler handler, Transport transport, @Nullable IoServiceEventListener eventListener) {
    this.handler = handler;
    this.transport = transport;
    this.eventListener = eventListener;
    this.watchdog = new Watchdog(transport.settings(), this::enforceTimeouts);
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    bind(List.of(address));
  }

  /** Binds all or none. */
  @Override
  public void bind(Collection<? extends SocketAddress> addresses) throws IOException {
    List<SocketAddress> bound = new ArrayList<>();
    try {
      for (SocketAddress address : addresses) {
        bound.add(listen(address));
      }
    } catch (IOException | RuntimeException e) {
      unbind(bound);
      throw e;
    }
  }

  private SocketAddress listen(SocketAddress address) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(address, transport.settings().backlog());
      SocketAddress local = server.getLocalAddress();
      AcceptLoop loop =
          new AcceptLoop(
              server::accept, channel -> accepted(channel, local), FIRST_PAUSE, LONGEST_PAUSE);
      register(local, new Listener(server, loop));
      transport.threads().start("ssh-acceptor-" + local, loop);
      return local;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private synchronized void register(SocketAddress local, Listener listener) {
    if (closed) {
      throw new IllegalStateException("The acceptor is closed");
    }
    listeners.put(local, listener);
    if (!watched) {
      watched = true;
      transport.threads().start("ssh-watchdog", watchdog);
    }
  }

  @Override
  public void unbind() {
    unbind(getBoundAddresses());
  }

  @Override
  public void unbind(SocketAddress address) {
    unbind(List.of(address));
  }

  @Override
  public void unbind(Collection<? extends SocketAddress> addresses) {
    for (SocketAddress address : addresses) {
      Listener listener = listeners.remove(address);
      if (listener != null) {
        listener.loop().stop();
        closeQuietly(listener.channel());
        if (!listener.loop().awaitEnd(UNBIND_LIMIT)) {
          log.warn("{} may take connections for a moment after it was unbound", address);
        }
      }
    }
  }

  @Override
  public Set<SocketAddress> getBoundAddresses() {
    return Set.copyOf(listeners.keySet());
  }

  @Override
  public Map<Long, IoSession> getManagedSessions() {
    return Collections.unmodifiableMap(sessions);
  }

  @Override
  public @Nullable IoServiceEventListener getIoServiceEventListener() {
    return eventListener;
  }

  @Override
  public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
    eventListener = listener;
  }

  void forget(VirtualThreadSession session) {
    sessions.remove(session.getId());
  }

  @Override
  protected void preClose() {
    synchronized (this) {
      closed = true;
    }
    unbind();
    super.preClose();
  }

  @Override
  protected Closeable getInnerCloseable() {
    return builder().parallel(this, sessions.values()).run(this, watchdog::stop).build();
  }

  /** On the accepting thread: who is refused costs no other. */
  private void accepted(SocketChannel channel, SocketAddress service) {
    try {
      if (!(channel.getRemoteAddress() instanceof InetSocketAddress peer)) {
        closeQuietly(channel);
      } else if (transport.gatekeeper().isProxy(peer)) {
        transport
            .gatekeeper()
            .admitProxy(peer)
            .ifPresentOrElse(
                pass -> start(() -> serveProxied(channel, service, peer, pass)),
                () -> refuse(channel));
      } else {
        transport
            .gatekeeper()
            .admit(peer)
            .ifPresentOrElse(
                pass -> start(() -> serve(channel, service, peer, pass)), () -> refuse(channel));
      }
    } catch (IOException | RuntimeException e) {
      log.debug("A connection to {} was not taken", service, e);
      closeQuietly(channel);
    }
  }

  private void start(Runnable work) {
    transport.threads().start("ssh-connection", work);
  }

  /** The line is what OpenSSH says; nothing waits in the socket, so it does not block. */
  private void refuse(SocketChannel channel) {
    try (channel) {
      channel.write(ByteBuffer.wrap(FAREWELL));
    } catch (IOException gone) {
      log.debug("A refused connection was gone already", gone);
    }
  }

  /** The client behind the proxy is decided about as any other. */
  private void serveProxied(
      SocketChannel channel, SocketAddress service, InetSocketAddress proxy, Pass waiting) {
    InetSocketAddress source;
    try (DeadlineInput in =
        new DeadlineInput(channel.socket(), transport.gatekeeper().headerTimeout())) {
      source = ProxyHeader.read(in).orElse(proxy);
    } catch (IOException | RuntimeException malformed) {
      transport.gatekeeper().headerRefused(proxy, String.valueOf(malformed.getMessage()));
      closeQuietly(channel);
      return;
    } finally {
      waiting.left();
    }
    Optional<Pass> pass = transport.gatekeeper().admit(source);
    if (pass.isPresent()) {
      serve(channel, service, source, pass.get());
    } else {
      refuse(channel);
    }
  }

  private void serve(
      SocketChannel channel, SocketAddress service, InetSocketAddress source, Pass pass) {
    VirtualThreadSession session = null;
    try {
      announce(channel, service, source);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      session = new VirtualThreadSession(this, handler, transport, channel, source, service, pass);
      if (!admit(session) || !session.open()) {
        session.close(true);
        return;
      }
    } catch (Throwable e) {
      abandon(channel, service, source, e);
      if (session == null) {
        closeQuietly(channel);
        pass.left();
      } else {
        session.close(false);
      }
      return;
    }
    session.serve();
  }

  /** Once closing has begun, its list of sessions is complete. */
  private synchronized boolean admit(VirtualThreadSession session) {
    if (!closed) {
      sessions.put(session.getId(), session);
    }
    return !closed;
  }

  private void announce(SocketChannel channel, SocketAddress service, SocketAddress source)
      throws IOException {
    IoServiceEventListener listener = eventListener;
    if (listener != null) {
      listener.connectionAccepted(this, channel.getLocalAddress(), source, service);
    }
  }

  private void abandon(
      SocketChannel channel, SocketAddress service, SocketAddress source, Throwable reason) {
    log.debug("A connection to {} was not taken", service, reason);
    IoServiceEventListener listener = eventListener;
    if (listener == null) {
      return;
    }
    try {
      listener.abortAcceptedConnection(this, channel.getLocalAddress(), source, service, reason);
    } catch (IOException | RuntimeException e) {
      log.debug("The listener failed to hear of an abandoned connection", e);
    }
  }

  private void enforceTimeouts(long now) {
    for (IoSession session : sessions.values()) {
      ((VirtualThreadSession) session).enforceTimeouts(now);
    }
  }

  private void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Closing {} failed", channel, e);
    }
  }

  @Override
  public String toString() {
    return "VirtualThreadAcceptor" + listeners.keySet();
  }
}
