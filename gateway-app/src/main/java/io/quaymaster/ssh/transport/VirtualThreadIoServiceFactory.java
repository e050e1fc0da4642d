package io.quaymaster.ssh.transport;

import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/** Makes acceptors. Closing it closes nothing else: an acceptor owns its connections. */
final class VirtualThreadIoServiceFactory extends AbstractCloseable implements IoServiceFactory {
  private final Transport transport;
  private volatile @Nullable IoServiceEventListener eventListener;

  VirtualThreadIoServiceFactory(
      Transport transport, @Nullable IoServiceEventListener eventListener) {
    this.transport = transport;
    this.eventListener = eventListener;
  }

  @Override
  public IoAcceptor createAcceptor(IoHandler handler) {
    return new VirtualThreadAcceptor(handler, transport, eventListener);
  }

  /**
   * @throws UnsupportedOperationException always
   */
  @Override
  public IoConnector createConnector(IoHandler handler) {
    throw new UnsupportedOperationException(
        "This transport accepts connections and makes none; the gateway forwards nothing");
  }

  @Override
  public @Nullable IoServiceEventListener getIoServiceEventListener() {
    return eventListener;
  }

  @Override
  public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
    eventListener = listener;
  }
}
