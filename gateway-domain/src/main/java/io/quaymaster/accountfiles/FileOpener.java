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
  /**
   * @param shared the ledger's view; null if the file is only read
   * @param created the file was made by this very opening
   * @param aside the file will take another's name when it is closed well; null: it has its own
   */
  record Opened(
      OpenFile file, @Nullable SharedFile shared, boolean created, @Nullable Aside aside) {
    Opened beside(@Nullable Aside target) {
      return new Opened(file, shared, created, target);
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
      return new Opened(spot.store().open(spot.key(), Access.READ), null, false, null);
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

  private Opened create(Spot spot, OpenRequest request, int mode) throws FileFailure {
    return counted(spot, () -> spot.store().create(spot.key(), access(request), mode));
  }

  /** Begins a file beside its target. Past the store's gate, with both names to itself. */
  Opened createAside(Aside aside, OpenRequest request, int mode) throws FileFailure {
    Spot partial = aside.partial();
    Access access = request.write() ? access(request) : Access.READ_WRITE;
    Making making =
        () -> partial.store().createAside(partial.key(), aside.target().key(), access, mode);
    return counted(partial, making).beside(aside);
  }

  @FunctionalInterface
  private interface Making {
    OpenFile make() throws FileFailure;
  }

  private Opened counted(Spot spot, Making making) throws FileFailure {
    engine.ledger.reserve(spot.chain(), 0, 1);
    OpenFile file;
    try {
      file = making.make();
    } catch (FileFailure failed) {
      engine.ledger.release(spot.chain(), 0, 1);
      throw failed;
    }
    engine.ledger.commit(spot.chain(), 0, 1);
    return new Opened(file, share(spot, file), true, null);
  }

  Opened openExisting(Spot spot, OpenRequest request) throws FileFailure {
    OpenFile file = spot.store().open(spot.key(), access(request));
    Opened opened = new Opened(file, share(spot, file), false, null);
    if (request.truncate()) {
      try {
        resize(opened, 0);
      } catch (FileFailure failed) {
        new FileEnding(engine, spot, opened).end(false);
        throw failed;
      }
    }
    return opened;
  }

  /** Sets the size of a file that is open for changes, and what is counted with it. */
  static void resize(Opened opened, long sizeBytes) throws FileFailure {
    SharedFile shared = counted(opened);
    shared.lock().lock();
    try {
      shared.setSize(opened.file(), sizeBytes);
    } finally {
      shared.lock().unlock();
    }
  }

  static SharedFile counted(Opened opened) {
    if (opened.shared() == null) {
      throw new IllegalStateException("a file that is open for changes is always counted");
    }
    return opened.shared();
  }

  /** Joins those who use an open file, or takes an upload over; if that fails, closes it. */
  private SharedFile share(Spot spot, OpenFile file) throws FileFailure {
    long storeId = spot.part().home().storeId();
    try {
      if (!spot.store().capabilities().writesAnywhere()) {
        return engine.sharedFiles.takeOver(storeId, spot.chain(), file);
      }
      SharedFile shared = engine.sharedFiles.joinLocked(storeId, spot.chain(), file::attributes);
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

  /**
   * Sets the size of a file by its name; an upload stays what it is, not complete. Past the store's
   * gate, with the name to itself.
   */
  void setSize(Spot spot, long sizeBytes) throws FileFailure {
    OpenFile file = spot.store().open(spot.key(), Access.WRITE);
    Opened opened = new Opened(file, share(spot, file), false, null);
    FileFailure failed = null;
    try {
      resize(opened, sizeBytes);
    } catch (FileFailure failure) {
      failed = failure;
    }
    FileFailure atEnd = new FileEnding(engine, spot, opened).end(false);
    if (failed != null || atEnd != null) {
      throw failed != null ? failed : atEnd;
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
