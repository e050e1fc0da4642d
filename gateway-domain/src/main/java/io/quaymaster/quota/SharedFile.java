package io.quaymaster.quota;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.OpenFile;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file that somebody writes or removes, as the ledger sees it: one object in the process for all
 * who do, so that growth is counted once. {@code size = accounted + held}: what {@code used}
 * contains, and what is reserved for it and not yet settled. {@code stored} is how long the store
 * has it: less than the size while a reserved write is under way.
 *
 * <p>Threads: the caller holds {@link #lock} around every method but the accessors of what never
 * changes.
 */
public final class SharedFile {
  private final QuotaLedger ledger;
  private final SharedFiles.Id id;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link SharedFiles}. */
  int users;

  private Chain chain;
  private boolean known;
  private long accounted;
  private long held;
  private long stored;
  private boolean nameless;
  private boolean superseded;

  SharedFile(QuotaLedger ledger, SharedFiles.Id id, Chain chain) {
    this.ledger = ledger;
    this.id = id;
    this.chain = chain;
  }

  SharedFiles.Id id() {
    return id;
  }

  public ReentrantLock lock() {
    return lock;
  }

  /**
   * The first user says how long the file is: looked at under the lock, so that nobody changes it
   * in between.
   */
  void startAt(FileAttributes real) {
    if (!known) {
      known = true;
      accounted = real.sizeBytes();
      stored = accounted;
    }
  }

  /** A file without a name never gets one again: who opens its number by a name has another. */
  boolean isAnotherThan(FileAttributes named) {
    return nameless && named.links() > 0;
  }

  public long size() {
    return accounted + held;
  }

  public Chain chain() {
    return chain;
  }

  /**
   * Reserves what a write up to {@code end} would add.
   *
   * @throws FileFailure QUOTA_BYTES, LEDGER_UNAVAILABLE: then nothing is reserved; BUSY if another
   *     goes on with this upload
   */
  public void growTo(long end) throws FileFailure {
    refuseIfSuperseded();
    long growth = end - size();
    if (growth > 0) {
      ledger.reserve(chain, growth, 0);
      held += growth;
    }
  }

  /**
   * Writes, with the growth reserved before and given back as far as a failure left it unwritten.
   */
  public void write(OpenFile file, long offset, ByteBuffer from) throws FileFailure {
    long end = offset + from.remaining();
    growTo(end);
    try {
      file.write(offset, from);
      stored = Math.max(stored, end);
    } catch (FileFailure failed) {
      keepWhatIsStored(file);
      throw failed;
    }
  }

  /**
   * Copies into the file, as {@link #write}.
   *
   * @return bytes copied
   */
  public long copy(OpenFile source, long sourceOffset, OpenFile file, long offset, long length)
      throws FileFailure {
    growTo(offset + length);
    try {
      return source.copyTo(file, sourceOffset, offset, length);
    } finally {
      keepWhatIsStored(file);
    }
  }

  /** Cuts or lengthens the file, and what is counted with it. */
  public void setSize(OpenFile file, long size) throws FileFailure {
    growTo(size);
    try {
      file.setSize(size);
      stored = size;
      shrinkTo(size);
    } catch (FileFailure failed) {
      keepWhatIsStored(file);
      throw failed;
    }
  }

  private void keepWhatIsStored(OpenFile file) throws FileFailure {
    stored = file.attributes().sizeBytes();
    shrinkTo(stored);
  }

  /** The file is this short now: gives back what was held for it, then what was used. */
  private void shrinkTo(long size) {
    long gone = size() - size;
    if (gone <= 0) {
      return;
    }
    long fromHeld = Math.min(gone, held);
    if (fromHeld > 0) {
      ledger.release(chain, fromHeld, 0);
      held -= fromHeld;
    }
    long fromUsed = gone - fromHeld;
    if (fromUsed > 0) {
      ledger.free(chain, fromUsed, 0);
      accounted -= fromUsed;
    }
  }

  /**
   * Its last name is gone. Its bytes are free when its last user leaves.
   *
   * @return whether it had one until now
   */
  public boolean loseLastName() {
    boolean had = !nameless;
    nameless = true;
    return had;
  }

  /** Whether its last name is gone. */
  public boolean isNameless() {
    return nameless;
  }

  /**
   * Somebody else has opened this upload and goes on with it, under a count of its own which begins
   * with what the store has. All else is given back, and this one counts no more.
   */
  void supersede(FileAttributes kept) {
    if (!nameless) {
      settle(kept);
    }
    superseded = true;
  }

  /**
   * Whether somebody else goes on with this upload, so that its fate is no longer ours to count.
   */
  public boolean isSuperseded() {
    return superseded;
  }

  private void refuseIfSuperseded() throws FileFailure {
    if (superseded) {
      throw new FileFailure(Kind.BUSY, "another session goes on with this upload");
    }
  }

  /** Moves to another chain. Only while nothing is held for it. */
  public void moveTo(Chain other) {
    chain = other;
  }

  public boolean isBeingWritten() {
    return held > 0 || users > 1;
  }

  /**
   * A writer closes: what the file really holds becomes used, the rest of the reservation goes
   * back.
   */
  public void settle(FileAttributes real) {
    if (superseded) {
      return;
    }
    if (real.links() == 0) {
      nameless = true;
    }
    stored = real.sizeBytes();
    settleStored();
  }

  private void settleStored() {
    shrinkTo(stored);
    commitHeld();
  }

  private void commitHeld() {
    if (held > 0) {
      ledger.commit(chain, held, 0);
      accounted += held;
      held = 0;
    }
  }

  /**
   * A place was made around the file: what is stored is used there by now, and what is written from
   * now on counts there as well. Only while the gate of the store is closed.
   */
  void enterPlace(ScopeLedger made) {
    lock.lock();
    try {
      settleStored();
      chain = chain.with(made);
    } finally {
      lock.unlock();
    }
  }

  /** The last user is gone. */
  void end() {
    commitHeld();
    if (nameless && accounted > 0) {
      ledger.free(chain, accounted, 0);
      accounted = 0;
    }
  }

  /**
   * By how much a count of the store's names differs from {@code used} because of this file,
   * rightly.
   */
  long countedButNotUsed() {
    return nameless ? -accounted : stored - accounted;
  }

  /**
   * All scopes forgot what they hold, and a count follows: what is stored is used, and what was
   * reserved is reserved anew when it is written.
   */
  void startAnew() {
    accounted = stored;
    held = 0;
  }
}
