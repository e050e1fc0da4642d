package io.quaymaster.ssh.channel;

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

  private static final int BUFFER_BYTES = ChannelOutput.MAX_PACKET + ENVELOPE_BYTES;

  private final Resting<Buffer> resting;

  /**
   * @param keep how many are kept for reuse
   */
  public PacketBuffers(int keep) {
    this.resting = new Resting<>(keep);
  }

  /** One with any content. It is given back once, when nobody else looks at it any more. */
  Buffer take() {
    Buffer buffer = resting.take();
    return buffer == null ? new ByteArrayBuffer(new byte[BUFFER_BYTES], false) : buffer;
  }

  void giveBack(Buffer buffer) {
    resting.add(buffer);
  }
}
