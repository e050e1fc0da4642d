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
   * Lets this thread write what it adds, unless another is writing: that is less work than to wake
   * a writer. Waits for the peer as {@link #awaitPendingAtMost} does, and is for the same threads.
   */
  void writeHere(Adding adding) throws IOException;

  /**
   * Reads on this thread what the peer sends next, and delivers it, if it is this thread's turn.
   * The caller, a channel's thread that waits for input, looks again whether it has come. It must
   * be one that has {@linkplain #join joined}.
   *
   * @param nanos how long to wait for the first byte
   * @return false if nothing was read: the connection's own thread goes on to read, and the caller
   *     waits for what it brings
   */
  boolean readHere(long nanos) throws InterruptedException;

  /**
   * On the thread that delivers: what the channel's thread waited for has come, and is likely to
   * come again soon. Its turn to read.
   */
  void leaveReading();

  /** A channel's thread begins. */
  void join();

  /** A channel's thread ends. */
  void part();

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
