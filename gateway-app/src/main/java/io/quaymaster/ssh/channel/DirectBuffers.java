package io.quaymaster.ssh.channel;

import java.nio.ByteBuffer;

/**
 * Buffers outside of the heap, all of one size, lent to channels while bytes are on their way. A
 * channel that rests holds none. What is on loan is bounded by the channels' windows; what rests
 * here is bounded by {@code keep}. Threads: any.
 */
public final class DirectBuffers {
  private final int bufferBytes;
  private final Resting<ByteBuffer> resting;

  /**
   * @param bufferBytes size of each
   * @param keep how many are kept for reuse
   */
  public DirectBuffers(int bufferBytes, int keep) {
    this.bufferBytes = bufferBytes;
    this.resting = new Resting<>(keep);
  }

  public int bufferBytes() {
    return bufferBytes;
  }

  /** A cleared buffer; must be given back once. */
  public ByteBuffer take() {
    ByteBuffer buffer = resting.take();
    return buffer == null ? ByteBuffer.allocateDirect(bufferBytes) : buffer.clear();
  }

  public void giveBack(ByteBuffer buffer) {
    resting.add(buffer);
  }
}
