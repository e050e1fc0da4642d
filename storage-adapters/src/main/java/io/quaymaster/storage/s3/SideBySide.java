package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Does many small things, several at once; the first that fails stops it. One thread uses it. */
final class SideBySide implements AutoCloseable {
  /** A small thing. */
  @FunctionalInterface
  interface Task {
    void run() throws FileFailure;
  }

  private final int most;
  private final Semaphore slots;
  private final AtomicReference<@Nullable FileFailure> failure = new AtomicReference<>();

  SideBySide(int most) {
    this.most = most;
    this.slots = new Semaphore(most);
  }

  /** Begins a thing as soon as there is room. */
  void run(Task task) throws FileFailure {
    take(1);
    check();
    Thread.ofVirtual()
        .name("s3-batch")
        .start(
            () -> {
              try {
                task.run();
              } catch (FileFailure failed) {
                failure.compareAndSet(null, failed);
              } catch (RuntimeException | Error defect) {
                failure.compareAndSet(
                    null, new FileFailure(Kind.STORE_ERROR, "the store failed", defect));
              } finally {
                slots.release();
              }
            });
  }

  private void take(int count) throws FileFailure {
    try {
      slots.acquire(count);
    } catch (InterruptedException stopped) {
      throw PartMemory.interrupted();
    }
  }

  private void check() throws FileFailure {
    FileFailure failed = failure.get();
    if (failed != null) {
      slots.release();
      throw new FileFailure(failed.kind(), failed.getMessage(), failed);
    }
  }

  /** Waits until all is done. */
  void await() throws FileFailure {
    take(most);
    slots.release(most - 1);
    check();
    slots.release();
  }

  @Override
  public void close() {
    slots.acquireUninterruptibly(most);
  }
}
