package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor number that no call uses after it was released, whatever other threads do: the
 * kernel gives a released number to the next file that anybody opens, and a late read would read
 * that one. Each use is counted in and out; closing forbids new uses, and whoever is last releases
 * the number. Never blocks.
 */
final class Descriptor {
  /** Added to the count of uses once nobody may begin another. */
  private static final int CLOSED = Integer.MIN_VALUE;

  private final int number;
  private final AtomicInteger uses = new AtomicInteger();

  Descriptor(int number) {
    this.number = number;
  }

  /**
   * The number, to be used until {@link #leave}.
   *
   * @throws FileFailure INVALID_HANDLE once it is closed
   */
  int enter() throws FileFailure {
    int now;
    do {
      now = uses.get();
      if (now < 0) {
        throw new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
      }
    } while (!uses.compareAndSet(now, now + 1));
    return number;
  }

  void leave(Scratch s) {
    if (uses.decrementAndGet() == CLOSED) {
      Posix.close(s, number);
    }
  }

  /**
   * @throws FileFailure INVALID_HANDLE if it is closed already, and what close(2) answers. If it is
   *     in use by another thread that thread closes, and the answer is lost
   */
  void close(Scratch s) throws FileFailure {
    int now;
    do {
      now = uses.get();
      if (now < 0) {
        throw new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
      }
    } while (!uses.compareAndSet(now, now + CLOSED));
    if (now == 0) {
      long result = Posix.close(s, number);
      if (result < 0) {
        throw Errno.failure(result);
      }
    }
  }
}
