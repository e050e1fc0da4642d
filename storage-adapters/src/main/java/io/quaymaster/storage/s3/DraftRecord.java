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
    refuseIfStale(records.begin(id, key, target, uploadId, mode, times));
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

  /** The server has a part. */
  void add(Part part, boolean withTail) throws FileFailure {
    lock.lock();
    try {
      if (recorded) {
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

  /** The upload begins anew with its first byte. */
  void restart(StoreKey target, int mode, @Nullable Times times) throws FileFailure {
    lock.lock();
    try {
      late.clear();
      if (recorded) {
        keep(target, 0, Payload.EMPTY, mode, times);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The upload will be completed: the last moment at which somebody else may have it. */
  void completing() throws FileFailure {
    lock.lock();
    try {
      if (recorded) {
        recordLate();
        refuseIfStale(records.completing(id, fence));
      }
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

  /** Forgets the upload. A record that cannot be removed now is found by the sweep. */
  void remove() {
    lock.lock();
    try {
      if (recorded) {
        records.remove(id);
        recorded = false;
      }
    } catch (FileFailure away) {
      log.warn("The record of upload {} stays until the next sweep: {}", id, away.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
