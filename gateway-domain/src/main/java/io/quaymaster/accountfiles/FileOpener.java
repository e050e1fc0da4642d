package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.quota.SharedFile;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Opens files: which permission each way of opening needs, and what the ledger hears of it. */
final class FileOpener {
  /** What an open file leads to when it is closed well. */
  @FunctionalInterface
  interface AfterClose {
    void run() throws FileFailure;

    AfterClose NOTHING = () -> {};
  }

  /**
   * @param shared the ledger's view; null if the file is only read
   * @param created the file was made by this very opening
   */
  record Opened(
      OpenFile file, @Nullable SharedFile shared, boolean created, AfterClose afterClose) {
    Opened thenPublish(AfterClose publish) {
      return new Opened(file, shared, created, publish);
    }
  }

  private final AccountFilesEngine engine;
  private final Guard guard;
  private final @Nullable Long maxFileBytes;

  FileOpener(AccountFilesEngine engine, Guard guard, @Nullable Long maxFileBytes) {
    this.engine = engine;
    this.guard = guard;
    this.maxFileBytes = maxFileBytes;
  }

  /**
   * @param mode permission bits of a new file, umask taken off
   */
  Opened open(Spot spot, OpenRequest request, int mode) throws FileFailure {
    if (request.reads()) {
      guard.require(Permission.READ, spot.path());
    }
    if (!request.changes()) {
      return new Opened(
          spot.store().open(spot.key(), Access.READ), null, false, AfterClose.NOTHING);
    }
    long storeId = spot.part().home().storeId();
    Lock gate = engine.gates.passing(storeId);
    gate.lock();
    try (Held _ = engine.names(storeId).name(spot.key())) {
      if (request.create()) {
        return createOrOpen(spot, request, mode);
      }
      guard.require(Permission.WRITE, spot.path());
      return openExisting(spot, request);
    } finally {
      gate.unlock();
    }
  }

  /**
   * Most uploads make a new file, so that is tried first; it is also the only way to know for sure
   * that the file is new.
   */
  private Opened createOrOpen(Spot spot, OpenRequest request, int mode) throws FileFailure {
    boolean mayCreate = guard.allows(Permission.CREATE, spot.path());
    boolean mayOpen =
        !request.exclusive()
            && (guard.allows(Permission.WRITE, spot.path())
                || (!request.write() && !request.truncate()));
    if (!mayCreate && !mayOpen) {
      throw guard.refusal(Permission.CREATE);
    }
    FileFailure notCreated = null;
    if (mayCreate) {
      try {
        return create(spot, request, mode);
      } catch (FileFailure failed) {
        boolean mayBeThere = failed.kind() == Kind.EXISTS || failed.kind() == Kind.QUOTA_FILES;
        if (!mayBeThere || request.exclusive()) {
          throw failed;
        }
        notCreated = failed;
      }
    }
    if (!mayOpen) {
      throw guard.refusal(Permission.WRITE);
    }
    try {
      return openExisting(spot, request);
    } catch (FileFailure missing) {
      if (missing.kind() != Kind.NOT_FOUND) {
        throw missing;
      }
      throw notCreated == null ? guard.refusal(Permission.CREATE) : notCreated;
    }
  }

  Opened create(Spot spot, OpenRequest request, int mode) throws FileFailure {
    engine.ledger.reserve(spot.chain(), 0, 1);
    OpenFile file;
    try {
      file = spot.store().create(spot.key(), access(request), mode);
    } catch (FileFailure failed) {
      engine.ledger.release(spot.chain(), 0, 1);
      throw failed;
    }
    engine.ledger.commit(spot.chain(), 0, 1);
    return new Opened(file, share(spot, file), true, AfterClose.NOTHING);
  }

  Opened openExisting(Spot spot, OpenRequest request) throws FileFailure {
    OpenFile file = spot.store().open(spot.key(), access(request));
    SharedFile shared = share(spot, file);
    if (request.truncate()) {
      shared.lock().lock();
      try {
        shared.setSize(file, 0);
      } catch (FileFailure failed) {
        unlockAndLeave(shared);
        file.close();
        throw failed;
      }
      shared.lock().unlock();
    }
    return new Opened(file, shared, false, AfterClose.NOTHING);
  }

  /** Lets go of a file that was opened in vain. */
  void abandon(Opened opened) throws FileFailure {
    if (opened.shared() != null) {
      opened.shared().lock().lock();
      try {
        opened.shared().settle(opened.file().attributes());
      } finally {
        unlockAndLeave(opened.shared());
      }
    }
    opened.file().close();
  }

  private void unlockAndLeave(SharedFile shared) {
    shared.lock().unlock();
    engine.sharedFiles.leave(shared);
  }

  /** Joins those who use an open file; if that fails, closes it. */
  private SharedFile share(Spot spot, OpenFile file) throws FileFailure {
    try {
      SharedFile shared =
          engine.sharedFiles.joinLocked(
              spot.part().home().storeId(), spot.chain(), file::attributes);
      shared.lock().unlock();
      return shared;
    } catch (FileFailure failed) {
      file.close();
      throw failed;
    }
  }

  private static Access access(OpenRequest request) {
    boolean writes = request.write() || request.truncate();
    if (!writes) {
      return Access.READ;
    }
    return request.read() || !request.write() ? Access.READ_WRITE : Access.WRITE;
  }

  /** Sets the size of a file by its name. Past the store's gate, with the name to itself. */
  void setSize(Spot spot, long sizeBytes) throws FileFailure {
    OpenFile file = spot.store().open(spot.key(), Access.WRITE);
    SharedFile shared = share(spot, file);
    FileFailure failed = null;
    shared.lock().lock();
    try {
      shared.setSize(file, sizeBytes);
      shared.settle(file.attributes());
    } catch (FileFailure failure) {
      failed = failure;
    } finally {
      unlockAndLeave(shared);
    }
    file.close();
    if (failed != null) {
      throw failed;
    }
  }

  void refuseTooLarge(long endBytes) throws FileFailure {
    refuseTooLarge(endBytes, maxFileBytes);
  }

  static void refuseTooLarge(long endBytes, @Nullable Long maxFileBytes) throws FileFailure {
    if (endBytes < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "a file cannot be longer than 2^63 - 1 bytes");
    }
    if (maxFileBytes != null && endBytes > maxFileBytes) {
      throw new FileFailure(
          Kind.FILE_TOO_LARGE,
          "a file may have %d bytes here, not %d".formatted(maxFileBytes, endBytes));
    }
  }
}
