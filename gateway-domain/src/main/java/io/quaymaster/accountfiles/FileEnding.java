package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.SharedFile;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * How an open file ends: kept or completed, counted, closed and published, so that {@code used} is
 * exact whatever of it fails. A count of the store waits meanwhile.
 */
final class FileEnding {
  private final AccountFilesEngine engine;
  private final Spot spot;
  private final FileOpener.Opened opened;
  private @Nullable FileFailure failed;

  FileEnding(AccountFilesEngine engine, Spot spot, FileOpener.Opened opened) {
    this.engine = engine;
    this.spot = spot;
    this.opened = opened;
  }

  /** One step of the end; the next one follows even if it fails. */
  @FunctionalInterface
  private interface Step {
    void run() throws FileFailure;
  }

  /**
   * Ends the file. Once only, under no lock of a file.
   *
   * @param complete the file is as the client wanted it, so that others may see it
   * @return the first failure; null if all went well
   */
  @Nullable FileFailure end(boolean complete) {
    SharedFile counted = opened.shared();
    if (counted == null) {
      attempt(opened.file()::close);
      return failed;
    }
    Lock gate = engine.gates.passing(spot.part().home().storeId());
    gate.lock();
    try {
      endWritten(counted, complete);
    } finally {
      engine.sharedFiles.leave(counted);
      gate.unlock();
    }
    return failed;
  }

  private void endWritten(SharedFile counted, boolean complete) {
    if (!complete) {
      attempt(() -> preserve(counted));
    }
    attempt(() -> settle(counted));
    Aside aside = opened.aside();
    if (aside == null) {
      attempt(opened.file()::close);
      return;
    }
    // Until it is known what became of it, nobody begins another upload of the name.
    try (Held _ = aside.names()) {
      attempt(opened.file()::close);
      if (complete && failed == null) {
        attempt(() -> aside.publish(counted));
      }
      if (failed != null) {
        aside.recount(counted);
      }
    }
  }

  /** A write may be under way when a session ends. */
  private void preserve(SharedFile counted) throws FileFailure {
    counted.lock().lock();
    try {
      opened.file().preserve();
    } finally {
      counted.lock().unlock();
    }
  }

  private void settle(SharedFile counted) throws FileFailure {
    counted.lock().lock();
    try {
      counted.settle(opened.file().attributes());
    } finally {
      counted.lock().unlock();
    }
  }

  private void attempt(Step step) {
    try {
      step.run();
    } catch (FileFailure failure) {
      if (failed == null) {
        failed = failure;
      }
    }
  }
}
