package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.storage.s3.UploadRecords.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one upload, sent side by side. A part that fails stops those that follow; what was
 * sent before it without a gap counts.
 *
 * <p>Threads: any.
 */
final class SentParts {
  /** Sends one part. */
  @FunctionalInterface
  interface Sending {
    Part send(int number) throws FileFailure;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TreeMap<Integer, Part> sent = new TreeMap<>();
  private int begun;
  private int underWay;
  private @Nullable FileFailure failure;

  /** Goes on from parts that the server has; what is behind a gap is sent again. */
  void restart(List<Part> parts) {
    lock.lock();
    try {
      sent.clear();
      begun = 0;
      for (Part part : parts) {
        if (part.number() == begun + 1) {
          sent.put(++begun, part);
        }
      }
      failure = null;
    } finally {
      lock.unlock();
    }
  }

  /** Parts that were begun, whatever became of them. */
  int begun() {
    lock.lock();
    try {
      return begun;
    } finally {
      lock.unlock();
    }
  }

  int underWay() {
    lock.lock();
    try {
      return underWay;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends the next part, on a thread of its own.
   *
   * @param after runs in any case when the sending is over
   */
  void send(Sending sending, Runnable after) {
    int number;
    lock.lock();
    try {
      number = ++begun;
      underWay++;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("s3-part-" + number).start(() -> sendNow(number, sending, after));
  }

  private void sendNow(int number, Sending sending, Runnable after) {
    Part part = null;
    FileFailure failed = null;
    try {
      part = sending.send(number);
    } catch (FileFailure refused) {
      failed = refused;
    } catch (RuntimeException defect) {
      failed = new FileFailure(FileFailure.Kind.STORE_ERROR, "the store failed", defect);
    } finally {
      after.run();
      over(part, failed);
    }
  }

  private void over(@Nullable Part part, @Nullable FileFailure failed) {
    lock.lock();
    try {
      underWay--;
      if (part != null) {
        sent.put(part.number(), part);
      } else if (failure == null) {
        // Without a reason it was an Error, which the thread's own handler is told of.
        failure =
            failed == null
                ? new FileFailure(FileFailure.Kind.STORE_ERROR, "the store failed")
                : failed;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws FileFailure why a part could not be sent, if one could not
   */
  void check() throws FileFailure {
    lock.lock();
    try {
      if (failure != null) {
        throw new FileFailure(failure.kind(), failure.getMessage(), failure);
      }
    } finally {
      lock.unlock();
    }
  }

  boolean failed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until fewer than {@code count} parts are under way. */
  void awaitFewerThan(int count) throws FileFailure {
    lock.lock();
    try {
      while (underWay >= count) {
        changed.await();
      }
    } catch (InterruptedException stopped) {
      throw PartMemory.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /** The parts that the server has, from the first on without a gap. */
  List<Part> contiguous() {
    lock.lock();
    try {
      List<Part> parts = new ArrayList<>();
      for (int number = 1; sent.containsKey(number); number++) {
        parts.add(sent.get(number));
      }
      return parts;
    } finally {
      lock.unlock();
    }
  }

  /** How long these parts are together, in bytes. */
  static long length(List<Part> parts) {
    return parts.stream().mapToLong(Part::sizeBytes).sum();
  }
}
