package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object, and sees when that is done from front to back: then what comes next is fetched
 * before it is asked for, several ranges at once, growing as long as the reader follows. Whoever
 * jumps about gets exactly what was asked for.
 *
 * <p>Threads: any; they take turns.
 */
final class ReadAhead implements AutoCloseable {
  private static final int PIECE = TransferMemory.PIECE;
  private static final int FIRST_RANGE = PIECE;
  private static final int LARGEST_RANGE = 4 << 20;

  private final Bucket bucket;
  private final ObjectInfo object;
  private final TransferMemory memory;
  private final TransferMemory.Share share;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Fetch> ahead = new ArrayDeque<>();
  private long expected;
  private long nextFetch;
  private long nextRange = FIRST_RANGE;

  /**
   * @param mostBytes that may be fetched and not yet read
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
      if (offset >= object.sizeBytes() || !into.hasRemaining()) {
        return 0;
      }
      int wanted = (int) Math.min(into.remaining(), object.sizeBytes() - offset);
      int limit = into.limit();
      into.limit(into.position() + wanted);
      try {
        readAll(offset, into);
      } finally {
        into.limit(limit);
      }
      expected = offset + wanted;
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  private void readAll(long offset, ByteBuffer into) throws FileFailure {
    long at = offset;
    if (fetchOf(at) == null) {
      dropAll();
      nextFetch = at;
      nextRange = FIRST_RANGE;
    }
    boolean sequential = !ahead.isEmpty() || at == expected;
    while (into.hasRemaining()) {
      if (sequential) {
        fetchMore(at);
      }
      Fetch fetch = fetchOf(at);
      if (fetch == null) {
        Ranges.read(bucket, object, at, into);
        nextFetch = at + into.remaining();
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
    while (!ahead.isEmpty() && ahead.peek().end() <= offset) {
      release(ahead.remove().cancel());
    }
  }

  private void dropAll() {
    while (!ahead.isEmpty()) {
      release(ahead.remove().cancel());
    }
  }

  private void release(List<byte[]> pieces) {
    pieces.forEach(memory::recycle);
    memory.give(share, pieces.size());
  }

  private void fetchMore(long at) {
    while (nextFetch < object.sizeBytes()) {
      int length = (int) Math.min(nextRange, object.sizeBytes() - nextFetch);
      if (nextFetch + length - at > mostBytes) {
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

  /** All or none. */
  private List<byte[]> take(int count) {
    List<byte[]> pieces = new ArrayList<>();
    while (pieces.size() < count) {
      if (!memory.tryTake(share)) {
        release(pieces);
        return List.of();
      }
      pieces.add(memory.array());
    }
    return pieces;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      dropAll();
    } finally {
      lock.unlock();
    }
  }
}
