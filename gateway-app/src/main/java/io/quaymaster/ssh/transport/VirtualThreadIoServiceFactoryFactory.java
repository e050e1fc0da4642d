package io.quaymaster.ssh.transport;

import org.apache.sshd.common.Factory;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoServiceFactoryFactory;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The entry: {@code server.setIoServiceFactoryFactory(new VirtualThreadIoServiceFactoryFactory(…))}
 * before the server starts. Then every connection is read on a virtual thread of its own, so all
 * that MINA calls for a connection (authenticators, session listeners, {@code
 * ChannelDataReceiver}s) may block without holding up another one. A connection's {@code IoSession}
 * is a {@link TransportSession}. Threads: any.
 *
 * <p>Stopping the server closes all connections; a handler that blocks then is not interrupted, its
 * thread ends when it returns.
 */
public final class VirtualThreadIoServiceFactoryFactory implements IoServiceFactoryFactory {
  private final Transport transport;

  /**
   * @param gatekeeper decides about each connection before MINA hears of it
   */
  public VirtualThreadIoServiceFactoryFactory(TransportSettings settings, Gatekeeper gatekeeper) {
    this.transport = Transport.of(settings, gatekeeper);
  }

  @Override
  public IoServiceFactory create(FactoryManager manager) {
    return new VirtualThreadIoServiceFactory(transport, manager.getIoServiceEventListener());
  }

  /** Without effect: there is no pool of threads. */
  @Override
  public void setExecutorServiceFactory(@Nullable Factory<CloseableExecutorService> factory) {}

  Transport transport() {
    return transport;
  }
}
