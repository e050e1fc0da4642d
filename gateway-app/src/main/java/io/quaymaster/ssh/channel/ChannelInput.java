package io.quaymaster.ssh.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.channel.LocalWindow;
import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends on one channel, in order. The connection's thread puts bytes in with one
 * copy, out of the decrypted packet into direct buffers; the channel's thread takes them out, and a
 * WRITE's payload goes from those buffers to the kernel.
 *
 * <p>The window is released only for what was taken out, so a client can never have more under way
 * than the window: that bounds the memory, and is the back-pressure when a store is slow.
 *
 * <p>Threads: one puts, one takes.
 */
public final class ChannelInput implements ChannelDataReceiver {
  /**
   * A client that has sent so much less than the window can send as much again before we must take.
   */
  private static final int SHARE_OF_WINDOW = 4;

  private static final long NOT_WAITING = Long.MIN_VALUE;

  private final LocalWindow window;
  private final Connection connection;
  private final DirectBuffers buffers;
  private final Throttle throttle;

  /** As many bytes it pays to wait for: each time that the taker is woken has its price. */
  private final long together;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  /** Each from the position that the taker has reached to the limit that the putter has reached. */
  private final Deque<ByteBuffer> queue = new ArrayDeque<>();

  private long available;

  /** What the taker waits for: it is not woken for less. */
  private long wanted;

  /** When the taker began to wait for another thread; {@link #NOT_WAITING} if it does not. */
  private long waitingSince = NOT_WAITING;

  private boolean ended;
  private boolean aborted;

  /** The taker's own. */
  private long unreleased;

  public ChannelInput(ChannelSession channel, DirectBuffers buffers, Throttle throttle) {
    this.window = channel.getLocalWindow();
    this.connection = new Connection(channel.getSession());
    this.buffers = buffers;
    this.throttle = throttle;
    this.together = Math.min(buffers.bufferBytes(), window.getMaxSize() / SHARE_OF_WINDOW);
  }

  /** From the connection's thread. Never blocks: the window is the bound. */
  @Override
  public int data(ChannelSession channel, byte[] bytes, int start, int length) {
    lock.lock();
    try {
      if (aborted) {
        return length;
      }
      int from = start;
      int left = length;
      while (left > 0) {
        ByteBuffer tail = queue.peekLast();
        if (tail == null || tail.limit() == tail.capacity()) {
          tail = buffers.take().limit(0);
          queue.addLast(tail);
        }
        int at = tail.limit();
        int n = Math.min(left, tail.capacity() - at);
        tail.limit(at + n);
        tail.put(at, bytes, from, n);
        from += n;
        left -= n;
      }
      available += length;
      if (waitingSince != NOT_WAITING && available >= wanted) {
        wakeTaker();
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** The client sends no more. What it sent before is still to be taken. */
  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The channel is gone: whoever waits is told so, and what is queued is dropped. */
  public void abort() {
    lock.lock();
    try {
      aborted = true;
      ended = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  public boolean isAborted() {
    lock.lock();
    try {
      return aborted;
    } finally {
      lock.unlock();
    }
  }

  /** The channel's thread begins to take. */
  void takerBegins() {
    connection.join();
  }

  /** The channel's thread takes nothing more. */
  void takerEnds() {
    connection.part();
  }

  /** Bytes that can be taken without waiting. */
  public long available() {
    lock.lock();
    try {
      return available;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many bytes can be taken.
   *
   * @return false if the client will never send them
   */
  public boolean await(long bytes) throws InterruptedException {
    connection.readUntil(() -> hasCome(bytes), Long.MAX_VALUE);
    lock.lock();
    try {
      while (available < bytes && !ended) {
        startWaiting(bytes);
        arrived.await();
      }
      waitingSince = NOT_WAITING;
      return available >= bytes && !aborted;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasCome(long bytes) {
    lock.lock();
    try {
      return available >= bytes || ended;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock, before each wait for what another thread brings. */
  private void startWaiting(long bytes) {
    wanted = bytes;
    waitingSince = System.nanoTime();
  }

  /**
   * Under the lock. A client that lets us wait for long is not worth a thread that waits for it.
   */
  private void wakeTaker() {
    arrived.signal();
    if (System.nanoTime() - waitingSince < Connection.MOMENT_NANOS) {
      connection.leaveReading();
    }
    waitingSince = NOT_WAITING;
  }

  public int readByte() throws IOException, InterruptedException {
    need(1);
    lock.lock();
    try {
      int value = head().get() & 0xff;
      taken(1);
      return value;
    } finally {
      lock.unlock();
    }
  }

  /** An unsigned 32-bit number in network order. */
  public long readUint32() throws IOException, InterruptedException {
    need(4);
    lock.lock();
    try {
      ByteBuffer head = head();
      long value = 0;
      if (head.remaining() >= 4) {
        value = head.getInt() & 0xffffffffL;
        taken(4);
      } else {
        for (int i = 0; i < 4; i++) {
          value = value << 8 | (head().get() & 0xff);
          taken(1);
        }
      }
      return value;
    } finally {
      lock.unlock();
    }
  }

  public void readFully(byte[] into, int length) throws IOException, InterruptedException {
    need(length);
    lock.lock();
    try {
      for (int done = 0; done < length; ) {
        ByteBuffer head = head();
        int n = Math.min(head.remaining(), length - done);
        head.get(into, done, n);
        done += n;
        taken(n);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many bytes are there that it pays to take them, for the client's end, and no
   * longer than a moment: what a slow client sends does not lie here.
   *
   * @param coming bytes that the client has said it sends
   */
  public void gather(int coming) throws InterruptedException {
    long enough = Math.min(coming, together);
    long deadline = System.nanoTime() + Connection.MOMENT_NANOS;
    connection.readUntil(() -> hasCome(enough), Connection.MOMENT_NANOS);
    lock.lock();
    try {
      long left = deadline - System.nanoTime();
      while (available < enough && !ended && left > 0) {
        startWaiting(enough);
        left = arrived.awaitNanos(left);
      }
      waitingSince = NOT_WAITING;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Bytes that lie together, without a copy: valid until {@link #skip} takes them.
   *
   * @param atMost how many the caller wants
   */
  public ByteBuffer peek(int atMost) throws IOException, InterruptedException {
    need(1);
    lock.lock();
    try {
      ByteBuffer head = head();
      return head.slice(head.position(), Math.min(head.remaining(), atMost));
    } finally {
      lock.unlock();
    }
  }

  /** Takes bytes that {@link #peek} showed, or that nobody wants to see. */
  public void skip(int bytes) throws IOException, InterruptedException {
    for (int left = bytes; left > 0; ) {
      need(1);
      lock.lock();
      try {
        ByteBuffer head = head();
        int n = Math.min(head.remaining(), left);
        head.position(head.position() + n);
        left -= n;
        taken(n);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Lets the client send as much again as was taken. Paced, if the account's speed is limited. */
  public void release() throws IOException, InterruptedException {
    long bytes = unreleased;
    if (bytes > 0) {
      unreleased = 0;
      throttle.take(bytes);
      connection.write(() -> window.release(bytes));
    }
  }

  private void need(int bytes) throws EOFException, InterruptedException {
    if (!await(bytes)) {
      throw new EOFException("the client is gone, in the middle of a message");
    }
  }

  private ByteBuffer head() {
    @Nullable ByteBuffer head = queue.peekFirst();
    if (head == null) {
      throw new IllegalStateException("nothing to take");
    }
    return head;
  }

  private void taken(int bytes) {
    available -= bytes;
    unreleased += bytes;
    ByteBuffer head = head();
    boolean full = head.limit() == head.capacity();
    if (!head.hasRemaining() && (full || available == 0)) {
      queue.removeFirst();
      buffers.giveBack(head);
    }
  }
}
