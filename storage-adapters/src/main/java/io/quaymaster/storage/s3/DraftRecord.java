package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Part;
import io.quaymaster.storage.s3.UploadRecords.Saved;
import io.quaymaster.storage.s3.UploadRecords.Tail;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upload in the records: written when there is something that a restart should find. While the
 * database is away parts go on being sent, and are recorded when it is back.
 *
 * <p>Threads: any.
 */
final class DraftRecord {
  private static final Logger log = LoggerFactory.getLogger(DraftRecord.class);

  private record Late(Part part, boolean withTail) {}

  private final UploadRecords records;
  private final UUID id;
  private final StoreKey key;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Integer, Part> recordedParts = new TreeMap<>();
  private final List<Late> late = new ArrayList<>();
  private boolean recorded;
  private boolean completing;
  private long fence;
  private boolean tailAhead;
  private long tailBytes;

  DraftRecord(UploadRecords records, UUID id, StoreKey key) {
    this.records = records;
    this.id = id;
    this.key = key;
  }

  /** Bytes that a restart would find. */
  long keptBytes() {
    lock.lock();
    try {
      long bytes = tailBytes;
      for (int number = 1; recordedParts.containsKey(number); number++) {
        bytes += recordedParts.get(number).sizeBytes();
      }
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** The multipart upload was begun. */
  void started(StoreKey target, String uploadId, int mode, @Nullable Times times)
      throws FileFailure {
    lock.lock();
    try {
      if (recorded) {
        refuseIfStale(records.started(id, fence, uploadId));
      } else {
        begin(target, uploadId, mode, times);
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin(StoreKey target, @Nullable String uploadId, int mode, @Nullable Times times)
      throws FileFailure {
    refuseIfStale(records.begin(id, key, target, uploadId, mode, times, completing));
    recorded = true;
  }

  private static void refuseIfStale(boolean ours) throws FileFailure {
    if (!ours) {
      throw new FileFailure(Kind.BUSY, "another session goes on with this upload");
    }
  }

  /** Whether the part that is sent next begins with the recorded tail. True once. */
  boolean nextPartHasTail() {
    lock.lock();
    try {
      boolean has = tailAhead;
      tailAhead = false;
      return has;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The server has a part. One that is too small to have others behind it is the last: who goes on
   * with the upload needs its bytes again, so it is not recorded.
   */
  void add(Part part, boolean withTail) throws FileFailure {
    lock.lock();
    try {
      if (recorded && part.sizeBytes() >= Parts.SMALLEST) {
        late.add(new Late(part, withTail));
        try {
          recordLate();
        } catch (FileFailure away) {
          if (away.kind() != Kind.LEDGER_UNAVAILABLE) {
            throw away;
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void recordLate() throws FileFailure {
    while (!late.isEmpty()) {
      Late next = late.getFirst();
      refuseIfStale(records.addPart(id, fence, next.part(), next.withTail()));
      recordedParts.put(next.part().number(), next.part());
      if (next.withTail()) {
        tailBytes = 0;
      }
      late.removeFirst();
    }
  }

  /** Keeps everything: the parts, and the bytes behind them. */
  void keep(StoreKey target, int parts, Tail tail, int mode, @Nullable Times times)
      throws FileFailure {
    lock.lock();
    try {
      if (!recorded) {
        begin(target, null, mode, times);
      }
      recordLate();
      refuseIfStale(records.keep(id, fence, parts, tail, mode, times));
      recordedParts.tailMap(parts, false).clear();
      tailBytes = tail.length();
      tailAhead = tailBytes > 0;
    } finally {
      lock.unlock();
    }
  }

  /** The multipart upload is given up, of which no part is recorded. */
  void withoutMultipart() throws FileFailure {
    lock.lock();
    try {
      refuseIfStale(records.started(id, fence, null));
    } finally {
      lock.unlock();
    }
  }

  /** The upload begins anew with its first byte. No part is under way. */
  void restart() throws FileFailure {
    lock.lock();
    try {
      if (recorded) {
        refuseIfStale(records.restart(id, fence));
      }
      completing = false;
      late.clear();
      recordedParts.clear();
      tailBytes = 0;
      tailAhead = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The upload will be completed: the last moment at which somebody else may have it.
   *
   * @return the fence
   */
  long completing() throws FileFailure {
    lock.lock();
    try {
      if (recorded) {
        recordLate();
        refuseIfStale(records.completing(id, fence));
      }
      completing = true;
      return fence;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the upload was about to be completed once, by whomever. */
  boolean isCompleting() {
    lock.lock();
    try {
      return completing;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the upload ours, and says what is recorded. */
  Saved takeOver() throws FileFailure {
    lock.lock();
    try {
      Saved saved =
          records
              .takeOver(key)
              .filter(s -> s.upload().id().equals(id))
              .orElseThrow(
                  () -> new FileFailure(Kind.NOT_FOUND, "the upload was given up or completed"));
      recorded = true;
      completing = saved.upload().completing();
      fence = saved.upload().fence();
      tailBytes = saved.tailBytes();
      tailAhead = tailBytes > 0;
      recordedParts.clear();
      saved.parts().forEach(part -> recordedParts.put(part.number(), part));
      return saved;
    } finally {
      lock.unlock();
    }
  }

  /** Fills a buffer with bytes of what is kept behind the parts. */
  void readTail(int offset, ByteBuffer into) throws FileFailure {
    lock.lock();
    try {
      refuseIfStale(records.readTail(id, fence, offset, into));
    } finally {
      lock.unlock();
    }
  }

  /** The upload is complete. A record that cannot be removed now tells whoever meets it to ask. */
  void end() {
    forget(
        () -> {
          if (!records.end(id, fence)) {
            log.debug("Somebody went on with upload {} when it was complete", id);
          }
        });
  }

  /** The upload is given up. A record that cannot be removed now is found by the sweep. */
  void remove() {
    forget(() -> records.remove(id));
  }

  /** A way to forget it. */
  @FunctionalInterface
  private interface Forgetting {
    void run() throws FileFailure;
  }

  private void forget(Forgetting forgetting) {
    lock.lock();
    try {
      if (recorded) {
        forgetting.run();
        recorded = false;
      }
    } catch (FileFailure away) {
      log.warn("The record of upload {} stays until the next sweep: {}", id, away.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
