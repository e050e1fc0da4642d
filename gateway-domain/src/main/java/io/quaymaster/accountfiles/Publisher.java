package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.access.PublishMode;
import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
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
 * Uploads that others see only when they are complete ({@link PublishMode#ON_CLOSE}): what is
 * written goes beside the target under a name that only this class knows, and takes the target's
 * place, atomically, when the client closes it. A connection that breaks leaves the partial upload;
 * its uploader finds it under the target's name and can go on.
 */
final class Publisher {
  /**
   * How much of an existing file is copied at once, in bytes, before it is changed beside itself.
   */
  private static final long COPY_STEP = 8L << 20;

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

  boolean publishesOnClose() {
    return onClose;
  }

  Partials partials() {
    return partials;
  }

  /** Where this account's incomplete upload of a file stands, if there is one. */
  @Nullable Spot partialOf(Spot target) throws FileFailure {
    if (!onClose || target.path().isRoot()) {
      return null;
    }
    Spot partial = target.part().spot(partials.of(target.path()));
    return attributesIfThere(partial) == null ? null : partial;
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
   * Opens the partial upload of a file, or begins one: empty, or with what the file holds if the
   * client wants to change that.
   *
   * @param mode permission bits of a new file, umask taken off
   */
  FileOpener.Opened open(Spot target, OpenRequest request, int mode) throws FileFailure {
    if (request.read()) {
      guard.require(Permission.READ, target.path());
    }
    Spot partial = target.part().spot(partials.of(target.path()));
    Lock gate = engine.gates.passing(target.part().home().storeId());
    gate.lock();
    try (Held _ = engine.names(target.part().home().storeId()).names(target.key(), partial.key())) {
      FileAttributes complete = attributesIfThere(target);
      refuseUnlessFile(complete);
      boolean begun = attributesIfThere(partial) != null;
      if (request.create() && request.exclusive() && (complete != null || begun)) {
        throw new FileFailure(Kind.EXISTS, "the file is there already");
      }
      if (!request.create() && complete == null && !begun) {
        throw new FileFailure(Kind.NOT_FOUND, "no such file");
      }
      guard.require(complete == null ? Permission.CREATE : Permission.WRITE, target.path());
      FileOpener.Opened opened =
          begun
              ? opener.openExisting(partial, request)
              : begin(partial, target, complete, request, mode);
      return opened.thenPublish(() -> publish(partial, target));
    } finally {
      gate.unlock();
    }
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

  private FileOpener.Opened begin(
      Spot partial, Spot target, @Nullable FileAttributes complete, OpenRequest request, int mode)
      throws FileFailure {
    FileOpener.Opened opened =
        opener.create(partial, request, complete == null ? mode : complete.mode());
    if (complete != null && !request.truncate()) {
      try {
        copy(target, opened);
      } catch (FileFailure failed) {
        opener.abandon(opened);
        partial.store().remove(partial.key());
        engine.ledger.free(partial.chain(), 0, 1);
        throw failed;
      }
    }
    return opened;
  }

  private static void copy(Spot from, FileOpener.Opened to) throws FileFailure {
    SharedFile counted = to.shared();
    if (counted == null) {
      throw new IllegalStateException("a new file is always counted");
    }
    OpenFile source = from.store().open(from.key(), Access.READ);
    counted.lock().lock();
    try {
      long copied = 1;
      for (long at = 0; copied > 0; at += copied) {
        long step = Math.min(COPY_STEP, source.attributes().sizeBytes() - at);
        copied = step <= 0 ? 0 : counted.copy(source, at, to.file(), at, step);
      }
    } finally {
      counted.lock().unlock();
      source.close();
    }
  }

  /**
   * Two sessions of one account may have written one partial: the first to close it publishes it
   * for both.
   */
  private void publish(Spot partial, Spot target) throws FileFailure {
    try {
      renamer.replace(partial, target);
    } catch (FileFailure gone) {
      if (gone.kind() != Kind.NOT_FOUND) {
        throw gone;
      }
    }
  }
}
