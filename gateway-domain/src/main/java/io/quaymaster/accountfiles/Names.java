package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.quota.SharedFile;
import java.util.concurrent.locks.Lock;

/** Makes and removes names, each counted as a file. */
final class Names {
  private final AccountFilesEngine engine;
  private final Guard guard;
  private final View view;

  Names(AccountFilesEngine engine, Guard guard, View view) {
    this.engine = engine;
    this.guard = guard;
    this.view = view;
  }

  /** Something that changes both the store and the ledger. */
  @FunctionalInterface
  interface Change {
    void run() throws FileFailure;
  }

  /** Past the store's gate, with the name to itself. */
  void changing(Spot spot, Change change) throws FileFailure {
    long storeId = spot.part().home().storeId();
    Lock gate = engine.gates.passing(storeId);
    gate.lock();
    try (Held _ = engine.names(storeId).name(spot.key())) {
      change.run();
    } finally {
      gate.unlock();
    }
  }

  /**
   * A further name for a file, in the same store and the same quota places.
   *
   * @param slash the new name was written with a slash at its end
   */
  void hardLink(Spot file, Spot link, boolean slash) throws FileFailure {
    guard.require(Permission.LINK, link.path());
    guard.require(Permission.LINK, file.path());
    file.attributes();
    refuseSlash(slash, link);
    if (!guard.allowed(file.path()).containsAll(guard.allowed(link.path()))) {
      throw new FileFailure(
          Kind.NOT_PERMITTED, "the new name would allow more than the file's own name does");
    }
    refuseAtMount(link);
    refuseOtherPlace(file, link);
    addHardLink(file, link);
  }

  /**
   * Both names are kept: whether a file loses its last name must not change while somebody looks.
   */
  private void addHardLink(Spot file, Spot link) throws FileFailure {
    long storeId = link.part().home().storeId();
    Lock gate = engine.gates.passing(storeId);
    gate.lock();
    try (Held _ = engine.names(storeId).names(file.key(), link.key())) {
      refuseOtherPlace(file, link);
      addName(link, () -> link.store().hardLink(file.key(), link.key()));
    } finally {
      gate.unlock();
    }
  }

  private static void refuseOtherPlace(Spot file, Spot link) throws FileFailure {
    if (file.part().home().storeId() != link.part().home().storeId()
        || !file.chain().equals(link.chain())) {
      throw new FileFailure(
          Kind.CROSSES_STORES, "a hard link cannot leave its store or its quota place");
    }
  }

  /**
   * @param slash the name was written with a slash at its end
   */
  void symbolicLink(Spot spot, String target, boolean slash) throws FileFailure {
    guard.require(Permission.LINK, spot.path());
    refuseSlash(slash, spot);
    refuseAtMount(spot);
    changing(spot, () -> addName(spot, () -> spot.store().symbolicLink(spot.key(), target)));
  }

  /** A name with a slash at its end is a directory's, and no link can be made under it. */
  private static void refuseSlash(boolean slash, Spot spot) throws FileFailure {
    if (slash) {
      spot.attributes();
      throw new FileFailure(Kind.EXISTS, "a directory is there");
    }
  }

  private void refuseAtMount(Spot name) throws FileFailure {
    if (view.leadsToMount(name.path())) {
      throw new FileFailure(Kind.EXISTS, "a mounted store, or the way to one");
    }
  }

  private void addName(Spot spot, Change change) throws FileFailure {
    engine.ledger.reserve(spot.chain(), 0, 1);
    try {
      change.run();
    } catch (FileFailure failed) {
      engine.ledger.release(spot.chain(), 0, 1);
      throw failed;
    }
    engine.ledger.commit(spot.chain(), 0, 1);
  }

  /**
   * @param slash the name was written with a slash at its end
   */
  void remove(Spot spot, boolean slash) throws FileFailure {
    changing(spot, () -> removeNow(spot, slash));
  }

  private void removeNow(Spot spot, boolean slash) throws FileFailure {
    FileAttributes found = spot.attributes();
    if (found.isDirectory()) {
      throw new FileFailure(Kind.IS_A_DIRECTORY, "a directory");
    }
    if (slash) {
      throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
    }
    if (found.isFile()) {
      removeFile(spot);
    } else {
      spot.store().remove(spot.key());
    }
    engine.ledger.free(spot.chain(), 0, 1);
  }

  private void removeFile(Spot spot) throws FileFailure {
    long storeId = spot.part().home().storeId();
    SharedFile shared = engine.sharedFiles.joinLocked(storeId, spot.chain(), spot::attributes);
    try {
      if (spot.store().remove(spot.key()).links() == 0) {
        shared.loseLastName();
      }
    } finally {
      shared.lock().unlock();
      engine.sharedFiles.leave(shared);
    }
  }
}
