package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.OpenFile;
import io.quaymaster.quota.SharedFile;
import io.quaymaster.transfer.Transfer.Outcome;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A file that a client has open. It stays the same file when its name is changed or removed.
 *
 * <p>Threads: one at a time, but for the end of the session, which may come from any.
 */
public final class AccountFile {
  /** How much copy-data reserves and copies at once, in bytes. */
  private static final long COPY_STEP = 8L << 20;

  private final AccountFiles files;
  private final AccountFilesEngine engine;
  private final Spot spot;
  private final OpenRequest request;
  private final FileOpener.Opened opened;
  private final OpenFile file;
  private final @Nullable SharedFile shared;
  private final @Nullable Long maxFileBytes;
  private final TransferTally tally;
  private final AtomicBoolean closed = new AtomicBoolean();

  AccountFile(
      AccountFiles files,
      AccountFilesEngine engine,
      Spot spot,
      OpenRequest request,
      FileOpener.Opened opened,
      @Nullable Long maxFileBytes) {
    this.files = files;
    this.engine = engine;
    this.spot = spot;
    this.request = request;
    this.opened = opened;
    this.file = opened.file();
    this.shared = opened.shared();
    this.maxFileBytes = maxFileBytes;
    this.tally = new TransferTally(engine.clock.instant());
  }

  /** Says in the transfer log that this is SCP's. */
  public AccountFile over(Protocol spoken) {
    tally.protocol(spoken);
    return this;
  }

  /** Ties the transfer's line in the log to what the client is told. */
  public String correlationId() {
    return tally.correlationId();
  }

  /** Where the file was when it was opened. */
  public String shownPath() {
    return spot.path().toString();
  }

  public FileAttributes attributes() throws FileFailure {
    return file.attributes();
  }

  /**
   * Reads until {@code into} is full or the file ends.
   *
   * @return bytes read; 0 at the end
   */
  public int read(long offset, ByteBuffer into) throws FileFailure {
    requireOffset(offset);
    if (!into.hasRemaining()) {
      return 0;
    }
    if (!request.reads()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is open for writing only");
    }
    try {
      int read = file.read(offset, into);
      tally.read(read);
      return read;
    } catch (FileFailure failed) {
      throw tally.noted(failed);
    }
  }

  private static void requireOffset(long offset) throws FileFailure {
    if (offset < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset of 2^63 or more");
    }
  }

  /**
   * Reserves all of a write that will come in pieces, so that it is refused before its first byte
   * or not at all.
   */
  public void prepareWrite(long offset, int length) throws FileFailure {
    if (!request.append()) {
      requireOffset(offset);
    }
    SharedFile writable = writable();
    if (request.append()) {
      // Where an append begins is known only when it is written.
      return;
    }
    try {
      FileOpener.refuseTooLarge(offset + length, maxFileBytes);
      Lock gate = gate();
      gate.lock();
      writable.lock().lock();
      try {
        refuseIfClosed();
        writable.growTo(offset + length);
      } finally {
        writable.lock().unlock();
        gate.unlock();
      }
    } catch (FileFailure failed) {
      throw tally.spoiltBy(failed);
    }
  }

  /** Writes all of {@code from}; with {@code append} at the end, whatever the offset. */
  public void write(long offset, ByteBuffer from) throws FileFailure {
    SharedFile writable = writable();
    int length = from.remaining();
    try {
      Lock gate = gate();
      gate.lock();
      writable.lock().lock();
      try {
        refuseIfClosed();
        long at = request.append() ? writable.size() : offset;
        requireOffset(at);
        FileOpener.refuseTooLarge(at + length, maxFileBytes);
        writable.write(file, at, from);
      } finally {
        writable.lock().unlock();
        gate.unlock();
      }
      tally.wrote(length);
    } catch (FileFailure failed) {
      throw tally.spoiltBy(failed);
    }
  }

  public void setSize(long sizeBytes) throws FileFailure {
    if (!request.write()) {
      // EINVAL and not EBADF: ftruncate(2)
      throw new FileFailure(Kind.INVALID_ARGUMENT, "the file is open for reading only");
    }
    SharedFile writable = writable();
    try {
      FileOpener.refuseTooLarge(sizeBytes, maxFileBytes);
      Lock gate = gate();
      gate.lock();
      writable.lock().lock();
      try {
        refuseIfClosed();
        writable.setSize(file, sizeBytes);
      } finally {
        writable.lock().unlock();
        gate.unlock();
      }
    } catch (FileFailure failed) {
      throw tally.spoiltBy(failed);
    }
  }

  public void setAttributes(AttributeChange change) throws FileFailure {
    new Guard(files.grant().policy()).require(Permission.SETATTR, spot.path());
    file.setAttributes(change);
  }

  public void sync() throws FileFailure {
    try {
      file.sync();
    } catch (FileFailure failed) {
      throw tally.spoiltBy(failed);
    }
  }

  public FileStore.Space space() throws FileFailure {
    return engine.space(spot);
  }

  /**
   * Copies to another open file, as {@code copy-data} does. Not onto itself.
   *
   * @param length 0: to the end of this file
   * @return whether this file had so many bytes
   */
  public boolean copyTo(AccountFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    if (!request.reads()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the source is not open for reading");
    }
    if (offset < 0 || targetOffset < 0 || length < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset or length of 2^63 or more");
    }
    SharedFile writable = target.writable();
    long end =
        length == 0
            ? Long.MAX_VALUE
            : Math.addExact(offset, Math.min(length, Long.MAX_VALUE - offset));
    long from = offset;
    long to = targetOffset;
    while (from < end) {
      long step = Math.min(Math.min(COPY_STEP, end - from), file.attributes().sizeBytes() - from);
      if (step <= 0) {
        return false;
      }
      long copied = copyStep(target, writable, from, to, step);
      tally.read(copied);
      from += copied;
      to += copied;
      if (copied == 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether both are open on one file. */
  public boolean isSameAs(AccountFile other) throws FileFailure {
    return spot.part().home().storeId() == other.spot.part().home().storeId()
        && file.attributes().identity().equals(other.file.attributes().identity());
  }

  private long copyStep(AccountFile target, SharedFile writable, long from, long to, long step)
      throws FileFailure {
    boolean sameStore = spot.part().home().storeId() == target.spot.part().home().storeId();
    if (!sameStore) {
      return copyThroughMemory(target, from, to, step);
    }
    Lock gate = target.gate();
    gate.lock();
    writable.lock().lock();
    try {
      target.refuseIfClosed();
      long at = target.request.append() ? writable.size() : to;
      FileOpener.refuseTooLarge(at + step, target.maxFileBytes);
      long copied = writable.copy(file, from, target.file, at, step);
      target.tally.wrote(copied);
      return copied;
    } catch (FileFailure failed) {
      throw target.tally.spoiltBy(failed);
    } finally {
      writable.lock().unlock();
      gate.unlock();
    }
  }

  private long copyThroughMemory(AccountFile target, long from, long to, long step)
      throws FileFailure {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(step, 256 << 10));
    int read = file.read(from, piece);
    target.write(to, piece.flip());
    return read;
  }

  private SharedFile writable() throws FileFailure {
    if (shared == null || !request.write()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is open for reading only");
    }
    return shared;
  }

  /** Under the shared file's lock: the end of the session may have settled the file already. */
  private void refuseIfClosed() throws FileFailure {
    if (closed.get()) {
      throw new FileFailure(Kind.SESSION_ENDED, "the session is over");
    }
  }

  private Lock gate() {
    return engine.gates.passing(spot.part().home().storeId());
  }

  /**
   * Closes the file. When this returns, what was written is counted and the transfer's line
   * survives the process.
   *
   * @throws FileFailure if not all that was written is safe
   */
  public void close() throws FileFailure {
    FileFailure failed = end(Outcome.COMPLETED);
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Closes the file for somebody who knows that the transfer ended otherwise than well. Of a closed
   * file nothing changes.
   *
   * @param outcome if nothing failed before
   * @return why not all that was written is safe, or that the file is closed already; else null
   */
  public @Nullable FileFailure end(Outcome outcome) {
    if (!closed.compareAndSet(false, true)) {
      return new FileFailure(Kind.INVALID_HANDLE, "the file is closed already");
    }
    files.forget(this);
    FileFailure failed = finish(outcome == Outcome.COMPLETED);
    if (failed != null) {
      tally.noted(failed);
    }
    try {
      tally
          .transfers(
              files.grant(), spot, request, opened.created(), outcome, engine.clock.instant())
          .forEach(engine.chronicle::record);
    } catch (UncheckedIOException unwritable) {
      failed =
          new FileFailure(
              Kind.LEDGER_UNAVAILABLE, "the transfer cannot be recorded now", unwritable);
    }
    return failed;
  }

  /** What a client was told of as not written is not complete, and nobody shall take it so. */
  private @Nullable FileFailure finish(boolean wellKnown) {
    Kind spoilt = tally.spoilt();
    FileFailure failed = new FileEnding(engine, spot, opened).end(wellKnown && spoilt == null);
    if (failed == null && wellKnown && spoilt != null && opened.aside() != null) {
      return new FileFailure(spoilt, "the file is kept but not published: a write to it failed");
    }
    return failed;
  }
}
