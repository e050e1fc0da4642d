package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStores;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Opens each store when it is first asked for, and keeps it open. A store's row never changes, so
 * neither does what was opened. Who opens one waits for nobody who opens another.
 */
public final class StoreCatalog implements FileStores, AutoCloseable {
  /** A store that is open, or being opened under its lock. */
  private static final class Slot {
    final ReentrantLock opening = new ReentrantLock();
    final AtomicReference<@Nullable FileStore> store = new AtomicReference<>();

    void close() {
      FileStore open = store.getAndSet(null);
      if (open != null) {
        open.close();
      }
    }
  }

  private final StoreOpening opening;
  private final Map<Long, Slot> slots = new ConcurrentHashMap<>();

  public StoreCatalog(StoreOpening opening) {
    this.opening = opening;
  }

  @Override
  public FileStore store(long storeId) throws FileFailure {
    while (true) {
      Slot slot = slots.computeIfAbsent(storeId, _ -> new Slot());
      FileStore known = slot.store.get();
      if (known != null) {
        return known;
      }
      slot.opening.lock();
      try {
        // Else it was forgotten, or could not be opened, while we waited: begin anew.
        if (slots.get(storeId) == slot) {
          return open(storeId, slot);
        }
      } finally {
        slot.opening.unlock();
      }
    }
  }

  private FileStore open(long storeId, Slot slot) throws FileFailure {
    FileStore raced = slot.store.get();
    if (raced != null) {
      return raced;
    }
    FileStore opened;
    try {
      opened = opening.open(storeId);
    } catch (FileFailure | RuntimeException failed) {
      slots.remove(storeId, slot);
      throw failed;
    }
    slot.store.set(opened);
    if (slots.get(storeId) != slot) {
      slot.close();
      throw new FileFailure(Kind.NOT_FOUND, "no such store");
    }
    return opened;
  }

  /** Forgets a store that an admin deleted; waits for nothing. Files that are open stay usable. */
  public void forget(long storeId) {
    Slot gone = slots.remove(storeId);
    if (gone != null) {
      gone.close();
    }
  }

  @Override
  public void close() {
    slots.keySet().forEach(this::forget);
  }
}
