package io.quaymaster.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Work that is done again and again on a thread of its own, with a pause before each turn, until it
 * is stopped. Started and stopped once, by one thread; what it does must not throw.
 */
public final class Turns {
  private final String name;
  private final Duration pause;
  private final Runnable turn;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Thread thread;

  public Turns(String name, Duration pause, Runnable turn) {
    this.name = name;
    this.pause = pause;
    this.turn = turn;
  }

  /**
   * Returns at once.
   *
   * @param first done on the thread before the first pause
   */
  public void start(Runnable first) {
    thread =
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  first.run();
                  run();
                });
  }

  private void run() {
    try {
      while (!stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        turn.run();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a turn that takes long should come to its end. */
  public boolean areStopping() {
    return stopping.getCount() == 0;
  }

  public boolean areRunning() {
    return thread != null;
  }

  /**
   * No further turn begins.
   *
   * @param patience how long to wait for the one that is under way; null: as long as it takes
   * @return whether there was a thread to wait for, and nobody interrupted that
   */
  public boolean stop(@Nullable Duration patience) {
    stopping.countDown();
    Thread working = thread;
    thread = null;
    if (working == null) {
      return false;
    }
    try {
      if (patience == null) {
        working.join();
      } else {
        working.join(patience);
      }
      return true;
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
