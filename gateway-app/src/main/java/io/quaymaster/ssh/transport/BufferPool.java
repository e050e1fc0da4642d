package io.quaymaster.ssh.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of direct buffers of one size, made when first needed. The last one given back
 * is the next one taken: it is the one in the processor's cache. Threads: any.
 */
final class BufferPool {
  private final int bufferBytes;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private int made;

  BufferPool(int bufferBytes, int limit) {
    this.bufferBytes = bufferBytes;
    this.limit = limit;
  }

  int bufferBytes() {
    return bufferBytes;
  }

  /** A cleared buffer, or null if all are in use: the caller then does without. */
  @Nullable ByteBuffer take() {
    lock.lock();
    try {
      ByteBuffer last = free.pollLast();
      if (last == null && made < limit) {
        last = ByteBuffer.allocateDirect(bufferBytes);
        made++;
      }
      return last;
    } finally {
      lock.unlock();
    }
  }

  void give(ByteBuffer buffer) {
    buffer.clear();
    lock.lock();
    try {
      free.addLast(buffer);
    } finally {
      lock.unlock();
    }
  }

  /** Buffers taken and not given back. */
  int inUse() {
    lock.lock();
    try {
      return made - free.size();
    } finally {
      lock.unlock();
    }
  }
}
