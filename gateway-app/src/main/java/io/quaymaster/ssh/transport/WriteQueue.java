package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written to one connection, in order. Adding never blocks. One thread at a time
 * drains it: a virtual thread that is started when there is something and ends when there is not,
 * so an idle connection has none; or a thread that asked to do so itself. Threads: any.
 */
final class WriteQueue {
  /** Piece in which a packet is written when no pooled buffer is free. */
  private static final int UNPOOLED_BYTES = 64 * 1024;

  private static final long NOT_WRITING = Long.MIN_VALUE;

  private final SocketChannel channel;
  private final String name;
  private final Transport transport;
  private final Consumer<Throwable> onFailure;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<WriteRequest> queued = new ArrayDeque<>();
  private final WriteRequest end;
  private boolean draining;

  /** Will drain what it adds. */
  private @Nullable Thread drainsItself;

  private boolean ended;
  private volatile @Nullable Throwable failure;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicInteger pendingPackets = new AtomicInteger();

  private volatile long writingSince = NOT_WRITING;

  /**
   * @param name of the writer threads
   * @param onFailure told once that writing failed, on the thread that wrote
   */
  WriteQueue(
      SocketChannel channel, String name, Transport transport, Consumer<Throwable> onFailure) {
    this.channel = channel;
    this.name = name;
    this.transport = transport;
    this.onFailure = onFailure;
    this.end = WriteRequest.endOfOutput(name);
  }

  long pendingBytes() {
    return pendingBytes.get();
  }

  /** Adds a packet; it fails at once if the output has ended. */
  void add(WriteRequest request) {
    boolean start;
    Throwable refused = null;
    lock.lock();
    try {
      refused = ended && failure == null ? new ClosedChannelException() : failure;
      start = refused == null && enqueue(request);
    } finally {
      lock.unlock();
    }
    if (refused != null) {
      request.failed(refused);
    } else if (start) {
      transport.threads().start(name, this::drain);
    }
  }

  /**
   * Drains on this thread what {@code adding} adds, unless another thread drains already. Only one
   * thread can do that at a time. Packets of others go the usual way meanwhile, by a writer that is
   * started: {@code adding} can wait for an exchange of keys, whose packets they are.
   */
  void addAndDrain(TransportSession.Adding adding) throws IOException {
    boolean here = beginHere();
    try {
      adding.run();
    } finally {
      if (here && endHere()) {
        drain();
      }
    }
  }

  private boolean beginHere() {
    lock.lock();
    try {
      if (draining || drainsItself != null) {
        return false;
      }
      drainsItself = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** True if this thread must drain. */
  private boolean endHere() {
    lock.lock();
    try {
      drainsItself = null;
      boolean start = !draining && !queued.isEmpty();
      draining |= start;
      return start;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the output after what is queued; the future is done when that is out. */
  WriteRequest end() {
    boolean start;
    lock.lock();
    try {
      start = !ended && failure == null && enqueue(end);
      ended = true;
    } finally {
      lock.unlock();
    }
    if (start) {
      transport.threads().start(name, this::drain);
    }
    return end;
  }

  /** Fails what is queued and all that comes later. The channel is closed by whoever calls this. */
  void abort(Throwable cause) {
    List<WriteRequest> dropped;
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      dropped = new ArrayList<>(queued);
      queued.clear();
      pendingBytes.set(0);
      pendingPackets.set(0);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    dropped.forEach(request -> request.failed(cause));
    end.failed(cause);
  }

  boolean hasRoom() {
    return !isOverLimit();
  }

  /** Waits while more than the limits is queued: a peer that does not read is not listened to. */
  void awaitRoom() throws InterruptedException {
    if (!isOverLimit()) {
      return;
    }
    lock.lock();
    try {
      while (isOverLimit() && failure == null) {
        room.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no more than so many bytes are queued. */
  void awaitPendingAtMost(long bytes) throws ClosedChannelException, InterruptedException {
    if (pendingBytes.get() <= bytes && failure == null) {
      return;
    }
    lock.lock();
    try {
      while (pendingBytes.get() > bytes && failure == null) {
        room.await();
      }
      if (failure != null) {
        throw new ClosedChannelException();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds since the write now in progress last moved a byte; 0 if none is. */
  long stalledNanos(long now) {
    long since = writingSince;
    return since == NOT_WRITING ? 0 : Math.max(0, now - since);
  }

  private boolean isOverLimit() {
    TransportSettings limits = transport.settings();
    return pendingBytes.get() > limits.maxPendingBytes()
        || pendingPackets.get() > limits.maxPendingPackets();
  }

  /** Under the lock. True if the caller must start a writer. */
  private boolean enqueue(WriteRequest request) {
    queued.add(request);
    count(request.length(), 1);
    boolean start = !draining && !Thread.currentThread().equals(drainsItself);
    draining |= start;
    return start;
  }

  private void count(long bytes, int packets) {
    if (failure == null) {
      pendingBytes.addAndGet(bytes);
      pendingPackets.addAndGet(packets);
    }
  }

  private void drain() {
    List<WriteRequest> batch = new ArrayList<>();
    ByteBuffer gathered = null;
    try {
      gathered = transport.writeBuffers().take();
      while (nextBatch(batch)) {
        write(batch, gathered);
        complete(batch);
      }
    } catch (Throwable e) {
      writingSince = NOT_WRITING;
      batch.forEach(request -> request.failed(e));
      onFailure.accept(e);
    } finally {
      if (gathered != null) {
        transport.writeBuffers().give(gathered);
      }
    }
  }

  /** Moves up to a buffer's worth of packets into the batch; false, and no drainer, if none is. */
  private boolean nextBatch(List<WriteRequest> batch) {
    int limit = transport.writeBuffers().bufferBytes();
    lock.lock();
    try {
      WriteRequest next = queued.peek();
      if (next == null) {
        draining = false;
        return false;
      }
      long bytes = 0;
      while (next != null && (batch.isEmpty() || bytes + next.length() <= limit)) {
        bytes += next.length();
        batch.add(queued.remove());
        next = queued.peek();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<WriteRequest> batch, @Nullable ByteBuffer gathered) throws IOException {
    for (WriteRequest request : batch) {
      ByteBuffer data = request.data();
      if (data == null) {
        flush(gathered);
        channel.shutdownOutput();
      } else if (gathered == null) {
        writeUnpooled(data);
      } else {
        gather(data, gathered);
      }
    }
    flush(gathered);
    writingSince = NOT_WRITING;
  }

  private void gather(ByteBuffer data, ByteBuffer gathered) throws IOException {
    while (data.hasRemaining()) {
      int length = Math.min(data.remaining(), gathered.remaining());
      gathered.put(gathered.position(), data, data.position(), length);
      gathered.position(gathered.position() + length);
      data.position(data.position() + length);
      if (!gathered.hasRemaining()) {
        flush(gathered);
      }
    }
  }

  private void flush(@Nullable ByteBuffer gathered) throws IOException {
    if (gathered == null) {
      return;
    }
    gathered.flip();
    while (gathered.hasRemaining()) {
      writingSince = System.nanoTime();
      channel.write(gathered);
    }
    gathered.clear();
  }

  private void writeUnpooled(ByteBuffer data) throws IOException {
    int limit = data.limit();
    while (data.position() < limit) {
      data.limit(Math.min(limit, data.position() + UNPOOLED_BYTES));
      writingSince = System.nanoTime();
      channel.write(data);
    }
  }

  private void complete(List<WriteRequest> batch) {
    long bytes = 0;
    for (WriteRequest request : batch) {
      bytes += request.length();
    }
    lock.lock();
    try {
      count(-bytes, -batch.size());
      room.signalAll();
    } finally {
      lock.unlock();
    }
    batch.forEach(WriteRequest::written);
    batch.clear();
  }
}
