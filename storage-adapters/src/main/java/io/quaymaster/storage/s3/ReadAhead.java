package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object, and sees when that is done from front to back: then what comes next is fetched
 * before it is asked for, several ranges at once, growing as long as the reader follows. Whoever
 * jumps about gets exactly what was asked for. Clients send several requests at once, which may
 * overtake each other a little: that is no jump.
 *
 * <p>Threads: any; they take turns. Closing waits for nobody.
 */
final class ReadAhead implements AutoCloseable {
  private static final int PIECE = TransferMemory.PIECE;
  private static final int FIRST_RANGE = PIECE;

  /**
   * A request costs some milliseconds of processor, and a server may be tens of milliseconds away:
   * much must come of each.
   */
  private static final long LARGEST_RANGE = 8 << 20;

  /** So many ranges are under way when it goes well. */
  private static final int RANGES = 4;

  /** How far behind what is fetched a reader may look back. */
  private static final int NEAR = 1 << 20;

  private final Bucket bucket;
  private final ObjectInfo object;
  private final TransferMemory memory;
  private final TransferMemory.Share share;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** Pieces that the fetches hold, cancelled ones too as long as they are under way. */
  private final AtomicInteger held = new AtomicInteger();

  /** Only a reader who has the lock adds to it. */
  private final Deque<Fetch> ahead = new ConcurrentLinkedDeque<>();

  private long expected;
  private long nextFetch;
  private long nextRange = FIRST_RANGE;
  private volatile boolean closed;

  /**
   * @param mostBytes of memory that it may hold
   */
  ReadAhead(
      Bucket bucket,
      ObjectInfo object,
      TransferMemory memory,
      TransferMemory.Share share,
      long mostBytes) {
    this.bucket = bucket;
    this.object = object;
    this.memory = memory;
    this.share = share;
    this.mostBytes = mostBytes;
  }

  /** Reads until {@code into} is full or the object ends. */
  int read(long offset, ByteBuffer into) throws FileFailure {
    lock.lock();
    try {
      refuseIfClosed();
      if (offset >= object.sizeBytes() || !into.hasRemaining()) {
        return 0;
      }
      int wanted = (int) Math.min(into.remaining(), object.sizeBytes() - offset);
      ByteBuffer part = into.slice(into.position(), wanted);
      if (isLookingBack(offset)) {
        Ranges.read(bucket, object, offset, part);
      } else {
        readOn(offset, part);
      }
      into.position(into.position() + wanted);
      return wanted;
    } finally {
      if (closed) {
        dropAll();
      }
      lock.unlock();
    }
  }

  private void refuseIfClosed() throws FileFailure {
    if (closed) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
    }
  }

  /** Whether what is fetched will be of use soon, although it does not help here. */
  private boolean isLookingBack(long offset) {
    Fetch first = ahead.peek();
    return first != null && offset < first.offset() && offset >= first.offset() - NEAR;
  }

  private void readOn(long offset, ByteBuffer into) throws FileFailure {
    int wanted = into.remaining();
    try {
      readAll(offset, into);
      expected = offset + wanted;
    } catch (FileFailure failed) {
      // The next read asks anew.
      dropAll();
      throw failed;
    }
  }

  private void readAll(long offset, ByteBuffer into) throws FileFailure {
    long at = offset;
    if (fetchOf(at) == null) {
      dropAll();
      nextFetch = at;
      nextRange = FIRST_RANGE;
    }
    boolean sequential = !ahead.isEmpty() || Math.abs(at - expected) <= PIECE;
    while (into.hasRemaining()) {
      if (sequential) {
        dropBefore(at);
        fetchMore(at);
      }
      Fetch fetch = fetchOf(at);
      if (fetch == null) {
        Ranges.read(bucket, object, at, into);
        return;
      }
      at += fetch.read(at, into);
    }
    if (sequential) {
      dropBefore(at);
      fetchMore(at);
    }
  }

  private @Nullable Fetch fetchOf(long offset) {
    for (Fetch fetch : ahead) {
      if (offset >= fetch.offset() && offset < fetch.end()) {
        return fetch;
      }
    }
    return null;
  }

  private void dropBefore(long offset) {
    for (Fetch first = ahead.peek(); first != null && first.end() <= offset; first = ahead.peek()) {
      drop(ahead.poll());
    }
  }

  private void dropAll() {
    while (!ahead.isEmpty()) {
      drop(ahead.poll());
    }
  }

  private void drop(@Nullable Fetch fetch) {
    if (fetch != null) {
      release(fetch.cancel());
    }
  }

  private void release(List<byte[]> pieces) {
    pieces.forEach(memory::recycle);
    memory.give(share, pieces.size());
    held.addAndGet(-pieces.size());
  }

  private void fetchMore(long at) {
    nextFetch = Math.max(nextFetch, at);
    while (nextFetch < object.sizeBytes() && !closed) {
      long budget = budget();
      long range = Math.clamp(budget / RANGES / PIECE * PIECE, FIRST_RANGE, nextRange);
      int length = (int) Math.min(range, object.sizeBytes() - nextFetch);
      if (!ahead.isEmpty() && (long) held.get() * PIECE + length > budget) {
        return;
      }
      List<byte[]> pieces = take((length + PIECE - 1) / PIECE);
      if (pieces.isEmpty()) {
        return;
      }
      Fetch fetch = new Fetch(bucket, object, nextFetch, length, pieces);
      ahead.add(fetch);
      nextFetch += length;
      nextRange = Math.min(LARGEST_RANGE, 2 * nextRange);
      Thread.ofVirtual().name("s3-fetch").start(() -> fetch.run(this::release));
    }
  }

  /**
   * What this file may hold now: no more than what is left for others, so that however many are
   * read each has its part, and who came first gives way to who came later.
   */
  private long budget() {
    return Math.min(mostBytes, memory.leftBytes(share));
  }

  /** All or none. */
  private List<byte[]> take(int count) {
    List<byte[]> pieces = new ArrayList<>();
    while (pieces.size() < count) {
      if ((held.get() + 1L) * PIECE > mostBytes || !memory.tryTake(share)) {
        release(pieces);
        return List.of();
      }
      held.incrementAndGet();
      pieces.add(memory.array());
    }
    return pieces;
  }

  /** Who reads at this moment is told so; whatever was fetched goes. */
  @Override
  public void close() {
    closed = true;
    ahead.forEach(fetch -> release(fetch.cancel()));
    if (lock.tryLock()) {
      try {
        dropAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
