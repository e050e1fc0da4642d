package io.quaymaster.ssh.channel;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that nobody uses, up to a number. The one that came last is the first to be taken: it is
 * in the processor's cache. Threads: any.
 */
final class Resting<T> {
  private final int most;
  private final ConcurrentLinkedDeque<T> buffers = new ConcurrentLinkedDeque<>();
  private final AtomicInteger count = new AtomicInteger();

  Resting(int most) {
    this.most = most;
  }

  @Nullable T take() {
    T buffer = buffers.pollFirst();
    if (buffer != null) {
      count.decrementAndGet();
    }
    return buffer;
  }

  /** What is too many is dropped. */
  void add(T buffer) {
    if (count.incrementAndGet() <= most) {
      buffers.addFirst(buffer);
    } else {
      count.decrementAndGet();
    }
  }
}
