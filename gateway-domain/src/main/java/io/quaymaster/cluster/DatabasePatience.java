package io.quaymaster.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Waits for a database that restarts or fails over: what may be asked twice is asked again until it
 * is answered. Threads: any.
 *
 * @param atMost from the first try on; a try under way then is not cut short
 */
public record DatabasePatience(Duration atMost) {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * @param question may be asked again although it was answered, and the answer got lost
   * @throws RuntimeException the last failure; at once if waiting does not help, or this thread is
   *     interrupted
   */
  public <T extends @Nullable Object> T ask(Supplier<T> question) {
    long giveUpAt = System.nanoTime() + atMost.toNanos();
    while (true) {
      try {
        return question.get();
      } catch (RuntimeException failure) {
        if (!isOutage(failure)
            || giveUpAt - System.nanoTime() <= PAUSE
            || Thread.currentThread().isInterrupted()) {
          throw failure;
        }
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  /** Whether the database does not answer, in contrast to an answer that says no. */
  static boolean isOutage(RuntimeException failure) {
    return switch (failure) {
      // What drivers and pools say of a connection that broke is not always a code of its own.
      case DataAccessResourceFailureException _, UncategorizedDataAccessException _ -> true;
      case NonTransientDataAccessException _ -> false;
      case DataAccessException _, TransactionException _ -> true;
      default -> false;
    };
  }
}
