package io.quaymaster.ssh.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.sshd.common.util.buffer.Buffer;
import org.junit.jupiter.api.Test;

class PacketBuffersTest {
  private final PacketBuffers buffers = new PacketBuffers(1);

  @Test
  void lendsEachToOneAtATimeAndTheLastOneFirst() {
    Buffer one = buffers.take();
    Buffer other = buffers.take();
    assertThat(other.array()).isNotSameAs(one.array());

    buffers.giveBack(one);
    assertThat(buffers.take()).isSameAs(one);
    assertThat(buffers.take()).isNotSameAs(one);
  }

  @Test
  void keepsNoMoreThanItMay() {
    Buffer kept = buffers.take();
    Buffer dropped = buffers.take();
    buffers.giveBack(kept);
    buffers.giveBack(dropped);
    assertThat(buffers.take()).isSameAs(kept);
    assertThat(buffers.take()).isNotSameAs(dropped);
  }

  /** What it holds besides is room for SSH's own bytes. */
  @Test
  void holdsTheLargestPacket() {
    assertThat(buffers.take().array().length).isGreaterThan(ChannelOutput.MAX_PACKET);
  }
}
