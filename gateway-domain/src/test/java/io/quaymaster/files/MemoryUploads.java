package io.quaymaster.files;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.INVALID_ARGUMENT;
import static io.quaymaster.files.FileFailure.Kind.IS_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;

import io.quaymaster.files.FileStore.Access;
import java.util.HashMap;
import java.util.Map;

/**
 * How a {@link MemoryFileStore} that does not write anywhere takes files: a new one is seen when it
 * is closed, one that is begun aside when it is published, and its key is all that a file is. Under
 * that store's lock.
 */
final class MemoryUploads {
  private final MemoryFileStore store;
  private final Map<StoreKey, Long> numbers = new HashMap<>();

  MemoryUploads(MemoryFileStore store) {
    this.store = store;
  }

  OpenFile open(StoreKey key, MemoryNode.File file, Access access) throws FileFailure {
    if (file.aside) {
      if (!access.writes()) {
        throw new FileFailure(UNSUPPORTED, "an upload is read when it is complete");
      }
      return store.opened(file, new MemoryUpload(store, file, access, null));
    }
    if (!access.writes()) {
      return store.opened(file, new MemoryOpenFile(store, file, access));
    }
    MemoryNode.File changed = file.copy(store.nextNumber());
    store.grew(changed.sizeBytes());
    return store.opened(changed, new MemoryUpload(store, changed, access, () -> lay(key, changed)));
  }

  private void lay(StoreKey key, MemoryNode.File complete) throws FileFailure {
    MemoryNode old = store.directory(key.parent()).entries.get(key.name());
    if (old instanceof MemoryNode.Directory) {
      throw new FileFailure(IS_A_DIRECTORY, "a directory has the name");
    }
    store.put(key, complete);
    if (old != null) {
      store.unlinked(old);
    }
  }

  OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    store.free(key);
    MemoryNode.File file = new MemoryNode.File(store.nextNumber(), mode, MemoryFileStore.now());
    MemoryUpload.Completion completion =
        () -> {
          store.free(key);
          store.put(key, file);
        };
    return store.opened(file, new MemoryUpload(store, file, access, completion));
  }

  OpenFile createAside(StoreKey aside, StoreKey target, Access access, int mode)
      throws FileFailure {
    if (!aside.parent().equals(target.parent())) {
      throw new FileFailure(INVALID_ARGUMENT, "not in the target's directory");
    }
    store.free(aside);
    MemoryNode.File file = new MemoryNode.File(store.nextNumber(), mode, MemoryFileStore.now());
    file.aside = true;
    store.put(aside, file);
    return store.opened(file, new MemoryUpload(store, file, access, null));
  }

  void publish(StoreKey aside, StoreKey target) throws FileFailure {
    if (!(store.find(aside) instanceof MemoryNode.File file) || !file.aside) {
      throw new FileFailure(INVALID_ARGUMENT, "no upload");
    }
    if (file.uploader != null) {
      throw new FileFailure(BUSY, "the upload goes on");
    }
    MemoryFaults.Loss loss = store.faults().publishes();
    if (loss != null && !loss.unheard()) {
      lose(aside, file, loss.keptBytes());
      store.failIf(loss.kind());
    }
    store.rename(aside, target, true);
    file.aside = false;
    if (loss != null) {
      store.failIf(loss.kind());
    }
  }

  private void lose(StoreKey aside, MemoryNode.File file, long keptBytes) throws FileFailure {
    if (keptBytes < 0) {
      store.remove(aside);
    } else if (keptBytes < file.sizeBytes()) {
      store.grew(keptBytes - file.sizeBytes());
      file.setSize(keptBytes);
    }
  }

  /** Whether anything below a directory is not complete: it would lose its target. */
  static boolean goOnIn(MemoryNode node) {
    return node instanceof MemoryNode.Directory directory
        && directory.entries.values().stream()
            .anyMatch(entry -> entry instanceof MemoryNode.File file ? file.aside : goOnIn(entry));
  }

  /** A new name makes another file of it, and of all that lies below. */
  void named(StoreKey key, MemoryNode node) {
    node.number = numbers.computeIfAbsent(key, _ -> store.nextNumber());
    if (node instanceof MemoryNode.Directory directory) {
      directory.entries.forEach((name, entry) -> named(key.child(new FileName(name)), entry));
    }
  }
}
