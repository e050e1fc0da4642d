package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.access.PublishMode;
import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.login.Grant;
import io.quaymaster.quota.SharedFile;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Uploads that others see only when they are complete: of an account that wants it so ({@link
 * PublishMode#ON_CLOSE}), and of every account in a store that has no other way. What is written
 * goes beside the target under a name that only this class knows, and takes the target's place,
 * atomically, when the client closes it. A connection that breaks leaves the partial upload; its
 * uploader finds it under the target's name and can go on.
 */
final class Publisher {
  private static final OpenRequest CHANGE =
      new OpenRequest(false, true, false, false, false, false, null);

  private final AccountFilesEngine engine;
  private final Guard guard;
  private final FileOpener opener;
  private final Renamer renamer;
  private final Partials partials;
  private final boolean onClose;

  Publisher(
      AccountFilesEngine engine, Grant grant, Guard guard, FileOpener opener, Renamer renamer) {
    this.engine = engine;
    this.guard = guard;
    this.opener = opener;
    this.renamer = renamer;
    this.partials = new Partials(grant);
    this.onClose = grant.publish() == PublishMode.ON_CLOSE;
  }

  /** Whether what is written here is seen by others only when it is complete. */
  boolean publishesOnClose(Spot target) {
    return onClose || isForUploads(target);
  }

  private static boolean isForUploads(Spot spot) {
    return !spot.store().capabilities().writesAnywhere();
  }

  Partials partials() {
    return partials;
  }

  /** Where this account's incomplete upload of a file stands, if there is one. */
  @Nullable Spot partialOf(Spot target) throws FileFailure {
    boolean rootOfStore = target.path().equals(target.part().home().at());
    if (rootOfStore || !publishesOnClose(target)) {
      return null;
    }
    Spot partial = besideOf(target);
    return attributesIfThere(partial) == null ? null : partial;
  }

  private Spot besideOf(Spot target) {
    return target.part().spot(partials.of(target.path()));
  }

  private static @Nullable FileAttributes attributesIfThere(Spot spot) throws FileFailure {
    try {
      return spot.attributes();
    } catch (FileFailure missing) {
      if (missing.kind() == Kind.NOT_FOUND) {
        return null;
      }
      throw missing;
    }
  }

  /**
   * Sets attributes of what has a name; of a file that is not complete yet, its uploader sets what
   * it will have. Where both are there, the upload has them too if it is being written now: it is
   * about to take the file's place.
   *
   * @param toTarget of a link, what it leads to is meant
   */
  void setAttributes(Spot spot, AttributeChange change, boolean toTarget) throws FileFailure {
    Spot partial = partialOf(spot);
    boolean underWay = partial != null && isUnderWay(partial);
    boolean mayBeLink = toTarget && spot.store().capabilities().symbolicLinks();
    try {
      if (mayBeLink && spot.attributes().isLink()) {
        throw new FileFailure(Kind.LINK_ON_PATH, "a link");
      }
      spot.store().setAttributes(spot.key(), change);
    } catch (FileFailure missing) {
      if (partial == null || missing.kind() != Kind.NOT_FOUND) {
        throw missing;
      }
      underWay = true;
    }
    if (partial != null && underWay) {
      partial.store().setAttributes(partial.key(), change);
    }
  }

  private boolean isUnderWay(Spot partial) throws FileFailure {
    FileAttributes begun = attributesIfThere(partial);
    return begun != null && isOpen(partial, begun);
  }

  private boolean isOpen(Spot partial, FileAttributes found) {
    long storeId = partial.part().home().storeId();
    return engine.sharedFiles.isOpen(storeId, found.identity());
  }

  /**
   * Opens the partial upload of a file, or begins one: empty, or with what the file holds if the
   * client wants to change that.
   *
   * @param mode permission bits of a new file, umask taken off
   */
  FileOpener.Opened open(Spot target, OpenRequest request, int mode) throws FileFailure {
    if (request.reads()) {
      guard.require(Permission.READ, target.path());
    }
    Spot partial = besideOf(target);
    Aside aside = new Aside(engine, renamer, partial, target);
    Lock gate = engine.gates.passing(target.part().home().storeId());
    gate.lock();
    try (Held _ = aside.names()) {
      FileAttributes complete = attributesIfThere(target);
      boolean begun = attributesIfThere(partial) != null;
      boolean there = complete != null || begun;
      if (request.create() && request.exclusive() && there) {
        throw new FileFailure(Kind.EXISTS, "the file is there already");
      }
      refuseUnlessFile(complete);
      if (!request.create() && !there) {
        throw new FileFailure(Kind.NOT_FOUND, "no such file");
      }
      if (there && !request.write() && !request.truncate()) {
        return readOnly(begun ? partial : target);
      }
      guard.require(complete == null ? Permission.CREATE : Permission.WRITE, target.path());
      if (begun) {
        return opener.openExisting(partial, request).beside(aside);
      }
      int bits = complete == null ? mode : complete.mode();
      FileOpener.Opened opened = opener.createAside(aside, request, bits);
      if (complete != null && !request.truncate()) {
        fill(aside, opened, complete.sizeBytes());
      }
      return opened;
    } finally {
      gate.unlock();
    }
  }

  private static FileOpener.Opened readOnly(Spot spot) throws FileFailure {
    return new FileOpener.Opened(spot.store().open(spot.key(), Access.READ), null, false, null);
  }

  private static void refuseUnlessFile(@Nullable FileAttributes found) throws FileFailure {
    if (found == null) {
      return;
    }
    switch (found.type()) {
      case FILE -> {}
      case DIRECTORY -> throw new FileFailure(Kind.IS_A_DIRECTORY, "a directory");
      case LINK -> throw new FileFailure(Kind.LINK_ON_PATH, "a link");
      case SPECIAL -> throw new FileFailure(Kind.SPECIAL_FILE, "neither a file nor a directory");
    }
  }

  /** Copies the beginning of the target; if that fails, nothing is left beside it. */
  private void fill(Aside aside, FileOpener.Opened opened, long bytes) throws FileFailure {
    SharedFile counted = FileOpener.counted(opened);
    try {
      OpenFile source = aside.target().store().open(aside.target().key(), Access.READ);
      counted.lock().lock();
      try {
        // In one step, so that a quota refuses all of it before anything is copied.
        counted.copy(source, 0, opened.file(), 0, bytes);
      } finally {
        counted.lock().unlock();
        source.close();
      }
    } catch (FileFailure failed) {
      discard(aside, opened);
      throw failed;
    }
  }

  /** Takes back an upload that was begun in vain. */
  private void discard(Aside aside, FileOpener.Opened opened) throws FileFailure {
    SharedFile counted = FileOpener.counted(opened);
    Spot partial = aside.partial();
    try {
      counted.lock().lock();
      try {
        partial.store().remove(partial.key());
        counted.loseLastName();
      } finally {
        counted.lock().unlock();
      }
      engine.ledger.free(partial.chain(), 0, 1);
    } finally {
      // What became of a file that is gone is of no interest.
      new FileEnding(engine, partial, opened.beside(null)).end(false);
    }
  }

  /**
   * Sets the size of a file by its name. A partial upload is cut and stays partial; a complete file
   * has its new size, for everybody, when this returns.
   */
  void setSize(Spot target, long sizeBytes) throws FileFailure {
    Spot partial = besideOf(target);
    Aside aside = new Aside(engine, renamer, partial, target);
    Lock gate = engine.gates.passing(target.part().home().storeId());
    gate.lock();
    try (Held _ = aside.names()) {
      FileAttributes begun = attributesIfThere(partial);
      if (begun != null) {
        refuseIfGoingOn(partial, begun);
        opener.setSize(partial, sizeBytes);
        return;
      }
      if (!isForUploads(target)) {
        opener.setSize(target, sizeBytes);
        return;
      }
      FileAttributes complete = target.attributes();
      refuseUnlessFile(complete);
      replaceBySized(aside, complete, sizeBytes);
    } finally {
      gate.unlock();
    }
  }

  /** To open an upload takes it out of the hands of whoever has it open. */
  private void refuseIfGoingOn(Spot partial, FileAttributes begun) throws FileFailure {
    if (isForUploads(partial) && isOpen(partial, begun)) {
      throw new FileFailure(Kind.BUSY, "the file is being uploaded");
    }
  }

  private void replaceBySized(Aside aside, FileAttributes complete, long sizeBytes)
      throws FileFailure {
    FileOpener.Opened opened = opener.createAside(aside, CHANGE, complete.mode());
    long kept = Math.min(sizeBytes, complete.sizeBytes());
    if (kept > 0) {
      fill(aside, opened, kept);
    }
    try {
      if (kept < sizeBytes) {
        FileOpener.resize(opened, sizeBytes);
      }
    } catch (FileFailure refused) {
      discard(aside, opened);
      throw refused;
    }
    FileFailure failed = new FileEnding(engine, aside.partial(), opened).end(true);
    if (failed != null) {
      throw failed;
    }
  }
}
