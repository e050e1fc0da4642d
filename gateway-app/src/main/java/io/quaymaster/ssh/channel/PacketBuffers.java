package io.quaymaster.ssh.channel;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * Buffers in which outgoing packets are built and encrypted, lent until a packet is written. Made
 * anew for each packet, they were a fifth of what a download cost: zeroed, cold, and collected. A
 * few are kept; who finds none makes one. Threads: any.
 */
public final class PacketBuffers {
  /** Of SSH's own: length, padding (RFC 4253, section 6), tag or MAC. */
  private static final int ENVELOPE_BYTES = 512;

  private final int bufferBytes;
  private final int keep;

  /** The one that was given back last is taken first: it is in the processor's cache. */
  private final ConcurrentLinkedDeque<Buffer> resting = new ConcurrentLinkedDeque<>();

  private final AtomicInteger restingCount = new AtomicInteger();

  /**
   * @param keep how many are kept for reuse
   */
  public PacketBuffers(int keep) {
    this.bufferBytes = ChannelOutput.MAX_PACKET + ENVELOPE_BYTES;
    this.keep = keep;
  }

  /** One with any content. It is given back once, when nobody else looks at it any more. */
  Buffer take() {
    Buffer buffer = resting.pollFirst();
    if (buffer == null) {
      return new ByteArrayBuffer(new byte[bufferBytes], false);
    }
    restingCount.decrementAndGet();
    return buffer;
  }

  void giveBack(Buffer buffer) {
    if (restingCount.incrementAndGet() <= keep) {
      resting.addFirst(buffer);
    } else {
      restingCount.decrementAndGet();
    }
  }
}
