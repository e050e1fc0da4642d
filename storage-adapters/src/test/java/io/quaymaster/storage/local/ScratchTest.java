package io.quaymaster.storage.local;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchTest {
  @Test
  void whoComesWhenAllAreLentGetsOneOfHisOwn() {
    List<Scratch> lent = new ArrayList<>();
    for (int i = 0; i < Scratch.MAX_POOLED + 10; i++) {
      Scratch s = Scratch.lend();
      s.block.set(JAVA_BYTE, 0, (byte) i);
      lent.add(s);
    }
    for (int i = 0; i < lent.size(); i++) {
      assertThat(lent.get(i).block.get(JAVA_BYTE, 0)).isEqualTo((byte) i);
    }
    long alive = lent.stream().peek(Scratch::close).filter(s -> s.block.scope().isAlive()).count();
    assertThat(alive).isBetween(1L, (long) Scratch.MAX_POOLED);
  }

  @Test
  void whatIsGivenBackIsLentAgain() {
    Scratch first = Scratch.lend();
    first.close();
    Scratch second = Scratch.lend();
    assertThat(second.block.scope().isAlive()).isTrue();
    second.close();
  }
}
