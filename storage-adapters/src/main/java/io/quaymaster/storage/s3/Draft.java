package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileAttributes.Identity;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Saved;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An upload that is not complete.
 *
 * <p>One that was begun aside is resumable: what the server has is recorded as it goes, the end
 * when it is preserved. It may then sleep, holding no memory, and wakes when somebody goes on with
 * it. A record that somebody else has taken over makes this upload fail.
 *
 * <p>Threads: any; those that change it wait for each other.
 */
final class Draft implements TransferMemory.Holder {
  private final UploadServices services;
  private final StoreKey key;
  private final StoreKey target;
  private final UUID id;
  private final ReentrantLock lock = new ReentrantLock();
  private final DraftObject object;
  private final DraftRecord record;
  private final UploadContent content;
  private @Nullable String uploadId;
  private int mode;
  private @Nullable Times times;
  private boolean attributesChanged;

  /** Whether the server was told that each part comes with a checksum. */
  private boolean checksummed;

  private boolean asleep;
  private boolean gone;
  private volatile long size;
  private volatile long lastUsed = System.nanoTime();

  /**
   * @param key the name by which it is known; equal to {@code target} if it is not resumable
   * @param objectKey the key of the object that it will be
   * @param keep whether an object that is there by then stays, where the server can do that
   */
  Draft(
      UploadServices services,
      UUID id,
      StoreKey key,
      StoreKey target,
      String objectKey,
      int mode,
      boolean keep) {
    this.services = services;
    this.id = id;
    this.key = key;
    this.target = target;
    this.object = new DraftObject(services.bucket(), id, objectKey, keep);
    this.mode = mode;
    this.record = new DraftRecord(services.records(), id, key);
    this.content =
        new UploadContent(services, record, this::multipart, isResumable() ? this::letGo : null);
  }

  /** An upload that sleeps in its record. */
  static Draft asleep(UploadServices services, UploadRecords.Upload upload, String objectKey) {
    Draft draft =
        new Draft(
            services, upload.id(), upload.key(), upload.target(), objectKey, upload.mode(), false);
    draft.times = upload.times();
    draft.size = upload.sizeBytes();
    draft.asleep = true;
    return draft;
  }

  UUID id() {
    return id;
  }

  StoreKey key() {
    return key;
  }

  StoreKey target() {
    return target;
  }

  boolean isResumable() {
    return !key.equals(target);
  }

  /** Whether it must not replace an object. */
  boolean keeps() {
    return object.keep();
  }

  long size() {
    return size;
  }

  /** Never waits for a transfer. */
  FileAttributes attributes() {
    return attributes(id, size, mode, times);
  }

  static FileAttributes attributes(UUID id, long size, int mode, @Nullable Times times) {
    long now = Instant.now().getEpochSecond();
    return new FileAttributes(
        FileAttributes.Type.FILE,
        size,
        (mode | 0600) & 0777,
        1,
        times == null ? now : times.modifiedSeconds(),
        times == null ? now : times.accessedSeconds(),
        new Identity(id.getMostSignificantBits(), id.getLeastSignificantBits()));
  }

  /** Something that is done with the upload awake and to oneself. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws FileFailure;
  }

  private <T> T awake(Work<T> work) throws FileFailure {
    lock.lock();
    try {
      lastUsed = System.nanoTime();
      refuseIfGone();
      if (asleep) {
        wake();
      }
      content.check();
      return work.run();
    } finally {
      if (!asleep) {
        size = content.size();
      }
      lock.unlock();
    }
  }

  /** The same without an answer. */
  @FunctionalInterface
  private interface Change {
    void run() throws FileFailure;
  }

  private void change(Change change) throws FileFailure {
    awake(
        () -> {
          change.run();
          return size;
        });
  }

  private void refuseIfGone() throws FileFailure {
    if (gone) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the upload was given up");
    }
  }

  void setAttributes(AttributeChange change) throws FileFailure {
    lock.lock();
    try {
      boolean slept = asleep;
      change(
          () -> {
            mode = change.mode() == null ? mode : change.mode();
            times = change.times() == null ? times : change.times();
            attributesChanged |= !change.isNone();
          });
      if (slept) {
        preserve();
      }
    } finally {
      lock.unlock();
    }
  }

  void write(long offset, ByteBuffer from) throws FileFailure {
    change(() -> content.write(offset, from));
  }

  void append(CopySource source, long offset) throws FileFailure {
    change(() -> content.append(source, offset));
  }

  int read(long offset, ByteBuffer into) throws FileFailure {
    return awake(() -> content.read(offset, into));
  }

  void setSize(long newSize) throws FileFailure {
    change(
        () -> {
          if (newSize == 0) {
            startAnew();
          } else {
            content.setSize(newSize);
          }
        });
  }

  /**
   * Takes back all of it: first in the record, for what is aborted and recorded would be gone on
   * with, while the sweep finds what is neither.
   */
  private void startAnew() throws FileFailure {
    content.awaitParts();
    if (record.isCompleting()) {
      refuseIfCompleted();
    }
    record.restart();
    content.clear();
    leaveMultipart();
  }

  /** A request to complete it may still be on its way: it comes too late from now on, or came. */
  private void refuseIfCompleted() throws FileFailure {
    String begun = uploadId;
    if (begun != null) {
      object.abort(begun);
    }
    if (object.isMadeOfParts()) {
      record.end();
      forget();
      throw new FileFailure(Kind.BUSY, "the upload is complete by now; begin another one");
    }
  }

  /** Some servers complete an upload only with every part that they have. */
  private void leaveMultipart() {
    if (uploadId != null) {
      object.abortOrLeave(uploadId);
      uploadId = null;
    }
  }

  /** The multipart upload, begun now if it was not. */
  private Multipart multipart(boolean copies) throws FileFailure {
    String begun = uploadId;
    if (begun == null) {
      checksummed = !copies && services.bucket().traits().checksums();
      begun = object.beginMultipart(objectAttributes(), checksummed).uploadId();
      uploadId = begun;
      attributesChanged = false;
      if (isResumable()) {
        record.started(target, begun, mode, times);
      }
    }
    return object.multipart(begun, checksummed);
  }

  private DraftObject.Attributes objectAttributes() {
    return new DraftObject.Attributes(mode, times);
  }

  /**
   * Makes the object, and forgets the upload.
   *
   * @param check asked when all is sent, right before the object is there
   * @throws FileFailure EXISTS
   */
  void complete(Step check) throws FileFailure {
    change(
        () -> {
          UploadContent.Complete whole = content.complete(uploadId != null);
          check.run();
          object.make(whole, record.completing(), objectAttributes(), () -> multipart(false));
          record.end();
          if (attributesChanged && uploadId != null) {
            object.describe(objectAttributes());
          }
          forget();
        });
  }

  /** Keeps all there is so that another process can go on, and holds no memory any more. */
  void preserve() throws FileFailure {
    lock.lock();
    try {
      if (gone || asleep) {
        return;
      }
      try {
        UploadContent.Keepable kept = content.keepable();
        record.keep(target, kept.parts(), kept.tail(), mode, times);
      } finally {
        fallAsleep();
      }
    } finally {
      lock.unlock();
    }
  }

  private void fallAsleep() {
    asleep = true;
    size = record.keptBytes();
    content.letGo(size);
  }

  /** Makes sure that nobody else goes on with it. */
  void claim() throws FileFailure {
    change(() -> {});
  }

  /** Everybody waits for memory: this one gives back what it has, and queues for a part's. */
  private void letGo() throws FileFailure {
    preserve();
    wake();
  }

  private void wake() throws FileFailure {
    Saved saved = record.takeOver();
    uploadId = saved.upload().uploadId();
    if (uploadId != null && saved.parts().isEmpty()) {
      record.withoutMultipart();
      leaveMultipart();
    }
    // What the server was told when the upload began may be old by now.
    attributesChanged = uploadId != null;
    checksummed = saved.parts().stream().allMatch(part -> part.checksum() != null);
    content.restore(saved, highestPart(saved.parts().size()));
    asleep = false;
    attach();
  }

  /** More than are recorded, if a process died, or one part could not be sent and the next was. */
  private int highestPart(int recorded) throws FileFailure {
    String begun = uploadId;
    return begun == null
        ? 0
        : object.multipart(begun, checksummed).highestPart(services.bucket(), recorded);
  }

  /**
   * Gives up all of it. Where that fails, it holds no memory either: what is recorded sleeps on,
   * and of the rest the sweep takes what the server has.
   */
  void discard() throws FileFailure {
    lock.lock();
    try {
      if (gone) {
        return;
      }
      if (asleep) {
        uploadId = record.takeOver().upload().uploadId();
      }
      try {
        content.stop();
        if (uploadId != null) {
          object.abort(uploadId);
        }
        record.remove();
        forget();
      } finally {
        if (!gone) {
          holdNothing();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void holdNothing() {
    if (isResumable()) {
      fallAsleep();
    } else {
      forget();
    }
  }

  private void forget() {
    gone = true;
    detach();
    content.letGo(size);
  }

  boolean isGone() {
    lock.lock();
    try {
      return gone;
    } finally {
      lock.unlock();
    }
  }

  boolean isAsleep() {
    lock.lock();
    try {
      return asleep;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody in this process works at it: it can be asked for its memory. */
  void attach() {
    services.memory().register(this);
  }

  /** Nobody in this process works at it any more. */
  void detach() {
    services.memory().forget(this);
  }

  @Override
  public long lastUsed() {
    return lastUsed;
  }

  @Override
  public boolean relent() {
    if (asleep || lock.isHeldByCurrentThread() || !lock.tryLock()) {
      return false;
    }
    try {
      boolean holds = content.holdsMemory();
      if (holds) {
        preserve();
      }
      return holds;
    } catch (FileFailure unkept) {
      return true;
    } finally {
      lock.unlock();
    }
  }
}
