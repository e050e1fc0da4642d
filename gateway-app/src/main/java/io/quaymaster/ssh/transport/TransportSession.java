package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.apache.sshd.common.io.IoSession;

/**
 * A connection of this transport: what {@code session.getIoSession()} is on a server that uses
 * {@link VirtualThreadIoServiceFactoryFactory}. Threads: any.
 */
public interface TransportSession extends IoSession {
  /**
   * Bytes handed to {@link #writeBuffer} that the kernel has not taken yet. Whoever sends in bulk
   * keeps this bounded, by write futures or by {@link #awaitPendingAtMost}.
   */
  long pendingBytes();

  /** When the peer's last bytes came, by {@link System#nanoTime}; at first, when it connected. */
  long lastReceivedNanos();

  /** What the gatekeeper gave to this connection. */
  Gatekeeper.Pass pass();

  /** What hands packets to {@link #writeBuffer}. */
  @FunctionalInterface
  interface Adding {
    void run() throws IOException;
  }

  /**
   * Lets this thread write what it adds, unless another is writing: for a small answer that is less
   * work than to wake a writer. Waits for the peer as {@link #awaitPendingAtMost} does, and is for
   * the same threads.
   */
  void writeHere(Adding adding) throws IOException;

  /**
   * Waits until no more than so many bytes are pending, and so slows a sender to the peer's pace
   * with no future to wait for. Several times 256 KiB keeps the writer busy.
   *
   * <p>Only on a thread of a channel's own, never on the thread that delivers this connection's
   * input (a {@code ChannelDataReceiver} runs there): a client that does not read while it sends
   * would block both sides. While a re-key is under way, packets wait in MINA and not here; {@code
   * writePacket} itself blocks such a thread then.
   *
   * @throws ClosedChannelException when the connection is closed
   */
  void awaitPendingAtMost(long bytes) throws ClosedChannelException, InterruptedException;
}
