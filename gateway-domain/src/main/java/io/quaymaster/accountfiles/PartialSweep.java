package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.StoreKey;
import io.quaymaster.quota.Chain;
import io.quaymaster.quota.Places;
import io.quaymaster.quota.SharedFile;
import java.util.concurrent.locks.Lock;

/** Removes uploads that nobody goes on with, as their owner would. Threads: any. */
final class PartialSweep {
  private final AccountFilesEngine engine;

  PartialSweep(AccountFilesEngine engine) {
    this.engine = engine;
  }

  /** See {@link AccountFilesEngine#removePartial}. */
  boolean remove(long tenantId, long storeId, StoreKey partial) throws FileFailure {
    if (partial.isRoot() || !Partials.isReserved(new FileName(partial.name()))) {
      throw new IllegalArgumentException("not the name of a partial upload: " + partial);
    }
    FileStore store = engine.store(storeId);
    Places places = engine.ledger.enter(tenantId, storeId, partial.parent());
    try {
      Lock gate = engine.gates.passing(storeId);
      gate.lock();
      try (Held _ = engine.names(storeId).name(partial)) {
        return removeNow(store, storeId, partial, places.chainOf(partial));
      } finally {
        gate.unlock();
      }
    } finally {
      engine.ledger.leave(places);
    }
  }

  private boolean removeNow(FileStore store, long storeId, StoreKey partial, Chain chain)
      throws FileFailure {
    SharedFile shared;
    try {
      shared = engine.sharedFiles.joinLocked(storeId, chain, () -> store.attributes(partial));
    } catch (FileFailure gone) {
      if (gone.kind() == Kind.NOT_FOUND) {
        return false;
      }
      throw gone;
    }
    try {
      // We are one of its users; the name is ours, so nobody else comes now.
      if (shared.isBeingWritten()) {
        return false;
      }
      if (store.remove(partial).links() == 0) {
        shared.loseLastName();
      }
    } finally {
      shared.lock().unlock();
      engine.sharedFiles.leave(shared);
    }
    engine.ledger.free(chain, 0, 1);
    return true;
  }
}
