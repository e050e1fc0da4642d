package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.util.Readable;
import org.jspecify.annotations.Nullable;

/**
 * Reads one connection, on one thread at a time ({@link ReadTurns}). It waits with a buffer of a
 * few hundred bytes; only when that comes back full, and more is there, does it borrow a large one,
 * and the large one goes back as soon as the protocol has copied it out. So neither an idle
 * connection nor one whose handler is busy holds a large buffer.
 */
final class ReadLoop {
  /** Takes what was read. May block: the thread is this connection's own. */
  interface Receiver {
    void received(Readable message) throws Exception;
  }

  /** What the receiver threw, apart from failures of the socket. */
  static final class ReceiverException extends Exception {
    private static final long serialVersionUID = 1L;

    ReceiverException(Exception cause) {
      super(cause);
    }
  }

  private final SocketChannel channel;
  private final InputStream waiting;
  private final Transport transport;
  private final WriteQueue writes;
  private final Receiver receiver;
  private final ByteBuffer idle;
  private final ReadTurns turns = new ReadTurns();
  private final KernelWait.Socket arrival;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition resumed = lock.newCondition();
  private volatile boolean suspended;
  private volatile long lastReceivedNanos = System.nanoTime();

  ReadLoop(SocketChannel channel, Transport transport, WriteQueue writes, Receiver receiver)
      throws IOException {
    this.channel = channel;
    this.waiting = channel.socket().getInputStream();
    this.transport = transport;
    this.writes = writes;
    this.receiver = receiver;
    this.arrival = transport.kernelWait().of(channel);
    this.idle = ByteBuffer.allocate(transport.settings().idleBufferBytes());
  }

  /**
   * Reads, whenever it is this thread's turn, until the peer ends its output or nobody reads any
   * more.
   *
   * @return true at the end of the peer's output
   */
  boolean run() throws IOException, InterruptedException, ReceiverException {
    while (turns.awaitNext() && mayRead()) {
      idle.clear();
      if (channel.read(idle) < 0) {
        return true;
      }
      lastReceivedNanos = System.nanoTime();
      idle.flip();
      boolean more = idle.limit() == idle.capacity() && waiting.available() > 0;
      if (more) {
        readInBulk();
      } else {
        deliver(idle);
      }
    }
    return false;
  }

  /** See {@link TransportSession#readHere}. */
  boolean readHere(long nanos) throws IOException, InterruptedException, ReceiverException {
    if (!turns.begin()) {
      return false;
    }
    boolean done = false;
    try {
      done =
          !suspended
              && writes.hasRoom()
              && arrival.awaitReadable(nanos)
              && channel.isOpen()
              && readArrived();
    } catch (ReceiverException e) {
      turns.close();
      throw e;
    } finally {
      turns.end(done);
    }
    return done;
  }

  ReadTurns turns() {
    return turns;
  }

  /** See {@link TransportSession#leaveReading}. */
  void leaveToChannel() {
    if (transport.kernelWait().isRoom()) {
      turns.leaveToChannel();
    }
  }

  /** Reads once what is there; false at the end of the input. */
  private boolean readArrived() throws IOException, InterruptedException, ReceiverException {
    ByteBuffer large = transport.readBuffers().take();
    try (Loan loan = large == null ? null : new Loan(large)) {
      ByteBuffer into = large == null ? idle.clear() : large;
      if (channel.read(into) < 0) {
        return false;
      }
      lastReceivedNanos = System.nanoTime();
      into.flip();
      if (loan == null) {
        deliver(into);
      } else {
        deliver(loan);
      }
      return true;
    }
  }

  long lastReceivedNanos() {
    return lastReceivedNanos;
  }

  void suspend() {
    suspended = true;
  }

  void resume() {
    suspended = false;
    wake();
  }

  /** Lets the loop see that the channel was closed, or is to be read again. */
  void wake() {
    if (!channel.isOpen()) {
      turns.close();
    }
    lock.lock();
    try {
      resumed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean mayRead() throws InterruptedException {
    writes.awaitRoom();
    if (suspended) {
      lock.lock();
      try {
        while (suspended && channel.isOpen()) {
          resumed.await();
        }
      } finally {
        lock.unlock();
      }
    }
    return channel.isOpen();
  }

  /** Goes on from a full idle buffer for as long as bytes are there without waiting. */
  private void readInBulk() throws IOException, InterruptedException, ReceiverException {
    @Nullable ByteBuffer first = idle;
    boolean more = true;
    while (more) {
      ByteBuffer large = transport.readBuffers().take();
      if (large == null) {
        if (first != null) {
          deliver(first);
        }
        return;
      }
      try (Loan loan = new Loan(large)) {
        if (first != null) {
          large.put(first);
          first = null;
        }
        // Nobody else reads this socket, so what was there still is: this does not wait.
        channel.read(large);
        lastReceivedNanos = System.nanoTime();
        more = !large.hasRemaining();
        large.flip();
        deliver(loan);
      }
      more = more && !turns.isLeft() && mayRead() && waiting.available() > 0;
    }
  }

  private void deliver(ByteBuffer all) throws ReceiverException {
    hand(Readable.readable(all));
  }

  private void deliver(Loan loan) throws ReceiverException {
    while (loan.next() && channel.isOpen()) {
      hand(loan);
    }
  }

  private void hand(Readable message) throws ReceiverException {
    try {
      receiver.received(message);
    } catch (Exception e) {
      throw new ReceiverException(e);
    }
  }

  /** A borrowed buffer as a series of pieces; it goes back when the last byte has been copied. */
  private final class Loan implements Readable, AutoCloseable {
    private @Nullable ByteBuffer buffer;
    private int pieceEnd;

    Loan(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    /** Moves on to the next piece; false if there is none. */
    boolean next() {
      if (buffer == null || !buffer.hasRemaining()) {
        return false;
      }
      pieceEnd = Math.min(buffer.limit(), buffer.position() + transport.settings().deliveryBytes());
      return true;
    }

    @Override
    public int available() {
      return buffer == null ? 0 : pieceEnd - buffer.position();
    }

    @Override
    public void getRawBytes(byte[] data, int offset, int length) {
      ByteBuffer source = buffer;
      if (source == null) {
        throw new BufferUnderflowException();
      }
      source.get(data, offset, length);
      if (!source.hasRemaining()) {
        close();
      }
    }

    @Override
    public void close() {
      ByteBuffer lent = buffer;
      if (lent != null) {
        buffer = null;
        transport.readBuffers().give(lent);
      }
    }
  }
}
