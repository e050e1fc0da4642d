package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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

  private final SocketChannel channel;
  private final InputStream waiting;
  private final Transport transport;
  private final WriteQueue writes;
  private final Receiver receiver;
  private final Consumer<Exception> onRefusal;
  private final ByteBuffer idle;
  private final ReadTurns turns = new ReadTurns();
  private final KernelWait.Socket arrival;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition resumed = lock.newCondition();
  private volatile boolean suspended;
  private volatile boolean discarding;
  private volatile long lastReceivedNanos = System.nanoTime();

  /**
   * @param onRefusal told what the receiver threw, on the thread that read; it is given no more
   */
  ReadLoop(
      SocketChannel channel,
      Transport transport,
      WriteQueue writes,
      Receiver receiver,
      Consumer<Exception> onRefusal)
      throws IOException {
    this.channel = channel;
    this.waiting = channel.socket().getInputStream();
    this.transport = transport;
    this.writes = writes;
    this.receiver = receiver;
    this.onRefusal = onRefusal;
    this.arrival = transport.kernelWait().of(channel);
    this.idle = ByteBuffer.allocate(transport.settings().idleBufferBytes());
  }

  /**
   * Reads, whenever it is this thread's turn, until the peer ends its output or nobody reads any
   * more.
   *
   * @return true at the end of the peer's output
   */
  boolean run() throws IOException, InterruptedException {
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
  boolean readHere(long nanos) throws IOException, InterruptedException {
    if (!turns.begin()) {
      return false;
    }
    boolean done = false;
    try {
      done =
          !suspended
              && !discarding
              && writes.hasRoom()
              && arrival.awaitReadable(nanos)
              && channel.isOpen()
              && readArrived()
              && !discarding;
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
  private boolean readArrived() throws IOException, InterruptedException {
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

  /** What comes from now on is read, so that the peer can end in order, and thrown away. */
  void discard() {
    discarding = true;
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
        while (suspended && !discarding && channel.isOpen()) {
          resumed.await();
        }
      } finally {
        lock.unlock();
      }
    }
    return channel.isOpen();
  }

  /** Goes on from a full idle buffer for as long as bytes are there without waiting. */
  private void readInBulk() throws IOException, InterruptedException {
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

  private void deliver(ByteBuffer all) {
    if (!discarding) {
      hand(Readable.readable(all));
    }
  }

  private void deliver(Loan loan) {
    while (!discarding && loan.next() && channel.isOpen()) {
      hand(loan);
    }
  }

  private void hand(Readable message) {
    try {
      receiver.received(message);
    } catch (Exception e) {
      discarding = true;
      onRefusal.accept(e);
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
