package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.quota.Chain;
import io.quaymaster.quota.QuotaLedger.Move;
import io.quaymaster.quota.SharedFile;
import io.quaymaster.quota.SharedFiles;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Renames, with what gives way and what changes its quota place accounted. */
final class Renamer {
  private final AccountFilesEngine engine;
  private final Guard guard;
  private final View view;

  Renamer(AccountFilesEngine engine, Guard guard, View view) {
    this.engine = engine;
    this.guard = guard;
    this.view = view;
  }

  /**
   * @param slash one of the two was written with a slash at its end, so only a directory will do
   */
  void rename(Spot from, Spot to, boolean replace, boolean slash) throws FileFailure {
    guard.require(Permission.RENAME, from.path());
    guard.require(Permission.RENAME, to.path());
    if (slash && !from.attributes().isDirectory()) {
      boolean exists = !replace && attributesIfThere(to) != null;
      throw new FileFailure(
          exists ? Kind.EXISTS : Kind.NOT_A_DIRECTORY, "only a directory's name ends in a slash");
    }
    if (view.leadsToMount(from.path()) || view.leadsToMount(to.path())) {
      throw new FileFailure(Kind.BUSY, "a mounted store, or the way to one");
    }
    long storeId = from.part().home().storeId();
    if (storeId != to.part().home().storeId()) {
      throw new FileFailure(Kind.CROSSES_STORES, "a rename cannot leave its store");
    }
    Lock gate = engine.gates.passing(storeId);
    gate.lock();
    try {
      boolean done = false;
      while (!done) {
        boolean directory = from.attributes().isDirectory();
        try (Held _ =
            directory
                ? engine.names(storeId).wholeTree()
                : engine.names(storeId).names(from.key(), to.key())) {
          // It may have become another thing before the name was ours.
          done = from.attributes().isDirectory() == directory;
          if (done && slash && !directory) {
            throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
          }
          if (done && directory) {
            renameDirectory(from, to, replace);
          } else if (done) {
            renameFile(storeId, from, to, replace);
          }
        }
      }
    } finally {
      gate.unlock();
    }
  }

  /** Gives a file its new name. */
  @FunctionalInterface
  interface Replacing {
    /**
     * @param replaced what gives way; null: the name is free
     */
    void run(@Nullable FileAttributes replaced) throws FileFailure;
  }

  /**
   * Gives a file the name of another, which gives way, where the caller has asked the policy. Never
   * a directory.
   *
   * @param rename run with both names to itself
   */
  void replace(Spot from, Spot to, Replacing rename) throws FileFailure {
    long storeId = from.part().home().storeId();
    Lock gate = engine.gates.passing(storeId);
    gate.lock();
    try (Held _ = engine.names(storeId).names(from.key(), to.key())) {
      FileAttributes replaced = attributesIfThere(to);
      replacing(storeId, replaced, to, () -> rename.run(replaced));
    } finally {
      gate.unlock();
    }
  }

  private void renameFile(long storeId, Spot from, Spot to, boolean replace) throws FileFailure {
    FileAttributes moved = from.attributes();
    FileAttributes replaced = replace ? attributesIfThere(to) : null;
    if (replaced != null && replaced.identity().equals(moved.identity())) {
      from.store().rename(from.key(), to.key(), true);
      return;
    }
    if (replaced != null) {
      guard.require(Permission.WRITE, to.path());
    }
    Chain there = to.chain();
    if (from.chain().equals(there)) {
      replacing(storeId, replaced, to, () -> from.store().rename(from.key(), to.key(), replace));
    } else {
      moveToOtherPlace(
          storeId,
          from,
          moved,
          to,
          () ->
              replacing(
                  storeId, replaced, to, () -> from.store().rename(from.key(), to.key(), replace)));
    }
  }

  static @Nullable FileAttributes attributesIfThere(Spot spot) throws FileFailure {
    try {
      return spot.attributes();
    } catch (FileFailure missing) {
      if (missing.kind() == Kind.NOT_FOUND) {
        return null;
      }
      throw missing;
    }
  }

  /** Runs a rename that takes away the name of a file or link which was there. */
  private void replacing(
      long storeId, @Nullable FileAttributes replaced, Spot at, Names.Change rename)
      throws FileFailure {
    if (replaced == null || replaced.isDirectory()) {
      rename.run();
      return;
    }
    if (replaced.isFile()) {
      // In a store of uploads a complete file changes only with its name, which is held.
      boolean changes = at.store().capabilities().writesAnywhere();
      SharedFiles.Look look = changes ? at::attributes : () -> replaced;
      SharedFile shared = engine.sharedFiles.joinLocked(storeId, at.chain(), look);
      try {
        // Who removes another name of this file waits, and then knows how many are left.
        boolean last = look.attributes().links() == 1;
        rename.run();
        if (last) {
          shared.loseLastName();
        }
      } finally {
        shared.lock().unlock();
        engine.sharedFiles.leave(shared);
      }
    } else {
      rename.run();
    }
    engine.ledger.free(at.chain(), 0, 1);
  }

  private void moveToOtherPlace(
      long storeId, Spot from, FileAttributes moved, Spot to, Names.Change rename)
      throws FileFailure {
    if (!moved.isFile()) {
      move(from.chain(), to.chain(), 0, 1, rename);
      return;
    }
    SharedFile shared = engine.sharedFiles.joinLocked(storeId, from.chain(), from::attributes);
    try {
      if (shared.isBeingWritten()) {
        throw new FileFailure(
            Kind.BUSY, "the file is being written, and would change its quota place");
      }
      if (from.attributes().links() > 1) {
        throw new FileFailure(
            Kind.CROSSES_STORES, "the file has further names, and would change its quota place");
      }
      move(from.chain(), to.chain(), shared.size(), 1, rename);
      shared.moveTo(to.chain());
    } finally {
      shared.lock().unlock();
      engine.sharedFiles.leave(shared);
    }
  }

  private void move(Chain from, Chain to, long bytes, long files, Names.Change rename)
      throws FileFailure {
    Move move = engine.ledger.reserveMove(from, to, bytes, files);
    try {
      rename.run();
    } catch (FileFailure failed) {
      move.cancelled();
      throw failed;
    }
    move.done();
  }

  private void renameDirectory(Spot from, Spot to, boolean replace) throws FileFailure {
    if (from.part().places().anyAtOrBelow(from.key())
        || to.part().places().anyAtOrBelow(to.key())) {
      throw new FileFailure(Kind.BUSY, "a quota place begins in this directory");
    }
    Chain there = to.chain();
    if (from.chain().equals(there)) {
      from.store().rename(from.key(), to.key(), replace);
      return;
    }
    // Asked before the count: nobody can open a file meanwhile, so what is counted stays so.
    if (engine.sharedFiles.anyBeingWrittenIn(from.chain())) {
      throw new FileFailure(
          Kind.BUSY, "files are being written, and would change their quota place");
    }
    FileStore.Measure content = from.store().measure(from.key());
    if (content.linkedElsewhere()) {
      throw new FileFailure(
          Kind.CROSSES_STORES,
          "a file in the directory has names outside of it, and would change its quota place");
    }
    move(
        from.chain(),
        there,
        content.bytes(),
        content.files(),
        () -> from.store().rename(from.key(), to.key(), replace));
  }
}
