package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The pieces of memory that one upload holds: in its window, and under way. Threads: any. */
final class PartMemory {
  private final UploadServices services;
  private final AtomicInteger held = new AtomicInteger();

  PartMemory(UploadServices services) {
    this.services = services;
  }

  /** Whether the upload would hold more than an upload may. */
  boolean isAtLimit() {
    return (held.get() + 1L) * TransferMemory.PIECE > services.memoryPerFile();
  }

  /** Takes a piece into the window if one may be had at once. */
  boolean tryTakeInto(Window window) {
    if (!services.memory().tryTake(services.share())) {
      return false;
    }
    add(window, 1);
    return true;
  }

  /**
   * Waits for pieces for the window.
   *
   * @param mayLetGo whether this upload could give back what it holds
   * @return false if others wait too, and what this upload holds should be given back first
   * @throws FileFailure BUSY if nothing came free in time
   */
  boolean awaitInto(Window window, int pieces, boolean mayLetGo) throws FileFailure {
    try {
      return switch (services
          .memory()
          .take(services.share(), pieces, services.patience(), mayLetGo)) {
        case TAKEN -> {
          add(window, pieces);
          yield true;
        }
        case CONTENDED -> false;
        case TIMED_OUT ->
            throw new FileFailure(
                Kind.BUSY, "the gateway's memory for uploads is all in use; try again later");
      };
    } catch (InterruptedException stopped) {
      throw interrupted();
    }
  }

  private void add(Window window, int pieces) {
    held.addAndGet(pieces);
    for (int i = 0; i < pieces; i++) {
      window.add(services.memory().array());
    }
  }

  void release(List<byte[]> pieces) {
    pieces.forEach(services.memory()::recycle);
    held.addAndGet(-pieces.size());
    services.memory().give(services.share(), pieces.size());
  }

  static FileFailure interrupted() {
    Thread.currentThread().interrupt();
    return new FileFailure(Kind.SESSION_ENDED, "the transfer was stopped");
  }
}
