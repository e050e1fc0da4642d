package io.quaymaster.ssh.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buffers outside of the heap, all of one size, lent to channels while bytes are on their way. A
 * channel that rests holds none. What is on loan is bounded by the channels' windows; what rests
 * here is bounded by {@code keep}. Threads: any.
 */
public final class DirectBuffers {
  private final int bufferBytes;
  private final int keep;

  /** The one that was given back last is taken first: it is in the processor's cache. */
  private final ConcurrentLinkedDeque<ByteBuffer> resting = new ConcurrentLinkedDeque<>();

  private final AtomicInteger restingCount = new AtomicInteger();

  /**
   * @param bufferBytes size of each
   * @param keep how many are kept for reuse
   */
  public DirectBuffers(int bufferBytes, int keep) {
    this.bufferBytes = bufferBytes;
    this.keep = keep;
  }

  public int bufferBytes() {
    return bufferBytes;
  }

  /** A cleared buffer; must be given back once. */
  public ByteBuffer take() {
    ByteBuffer buffer = resting.pollFirst();
    if (buffer == null) {
      return ByteBuffer.allocateDirect(bufferBytes);
    }
    restingCount.decrementAndGet();
    return buffer.clear();
  }

  public void giveBack(ByteBuffer buffer) {
    if (restingCount.incrementAndGet() <= keep) {
      resting.addFirst(buffer);
    } else {
      restingCount.decrementAndGet();
    }
  }
}
