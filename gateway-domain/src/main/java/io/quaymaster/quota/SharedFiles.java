package io.quaymaster.quota;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileAttributes.Identity;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.OpenFile;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All files of this process that somebody writes or removes now. Threads: any. */
public final class SharedFiles {
  record Id(long storeId, Identity identity) {}

  /** Looks at a file, by its name or by a handle. */
  @FunctionalInterface
  public interface Look {
    FileAttributes attributes() throws FileFailure;
  }

  private final QuotaLedger ledger;
  private final Map<Id, SharedFile> files = new ConcurrentHashMap<>();

  SharedFiles(QuotaLedger ledger) {
    this.ledger = ledger;
  }

  /**
   * Joins those who use a file, and locks it. The caller unlocks it, and must {@link #leave} it in
   * the end. The caller holds no file's lock.
   *
   * @param look is asked again under the lock: what was seen before may be old
   */
  public SharedFile joinLocked(long storeId, Chain chain, Look look) throws FileFailure {
    while (true) {
      SharedFile file = join(new Id(storeId, look.attributes().identity()), chain);
      file.lock().lock();
      boolean locked = false;
      try {
        FileAttributes now = look.attributes();
        if (now.identity().equals(file.id().identity()) && !file.isAnotherThan(now)) {
          file.startAt(now);
          locked = true;
          return file;
        }
      } finally {
        if (!locked) {
          file.lock().unlock();
          leave(file);
        }
      }
      // A file system gives the number of a file that is gone to the next one at once.
      files.remove(file.id(), file);
    }
  }

  /**
   * Opens the count of an upload anew: a store of uploads lets only the last who opened one go on
   * with it. Who had it before keeps in the ledger what the store has of it by now. The caller has
   * the upload's name to itself, holds no file's lock, and must {@link #leave} in the end.
   */
  public SharedFile takeOver(long storeId, Chain chain, OpenFile upload) throws FileFailure {
    FileAttributes kept = upload.attributes();
    Id id = new Id(storeId, kept.identity());
    SharedFile earlier = files.get(id);
    if (earlier != null) {
      earlier.lock().lock();
      try {
        earlier.supersede(kept);
      } finally {
        earlier.lock().unlock();
      }
      files.remove(id, earlier);
    }
    SharedFile file = join(id, chain);
    file.lock().lock();
    try {
      file.startAt(kept);
    } finally {
      file.lock().unlock();
    }
    return file;
  }

  /**
   * Whoever has this file open keeps it, but its identity does not name it any more: in a bucket a
   * new name is a new identity, and the old one may be the next file's at once.
   */
  public void forget(SharedFile file) {
    files.remove(file.id(), file);
  }

  /** Whether anybody in this process has the file open for changes. */
  public boolean isOpen(long storeId, Identity identity) {
    return files.containsKey(new Id(storeId, identity));
  }

  private SharedFile join(Id wanted, Chain chain) {
    return files.compute(
        wanted,
        (id, present) -> {
          SharedFile file = present == null ? new SharedFile(ledger, id, chain) : present;
          file.users++;
          return file;
        });
  }

  /** Leaves; the last one settles what is left. Under no lock of a file. */
  public void leave(SharedFile file) {
    files.compute(
        file.id(),
        (id, present) -> {
          boolean last = --file.users == 0;
          if (last) {
            file.end();
          }
          return last && present == file ? null : present;
        });
  }

  /** Whether any file that counts in exactly these scopes is being written. */
  public boolean anyBeingWrittenIn(Chain chain) {
    return files.values().stream().anyMatch(f -> f.chain().equals(chain));
  }

  /**
   * How much a count of names may rightly differ from {@code used} in a scope, because of files
   * that are open. Only while the gate of the store is closed.
   */
  long countedButNotUsed(long scopeId) {
    return files.values().stream()
        .filter(f -> f.chain().contains(scopeId))
        .mapToLong(SharedFile::countedButNotUsed)
        .sum();
  }

  /** Files of a store that do not count in a scope. Only while the gate of the store is closed. */
  Map<Identity, SharedFile> notCountedIn(long scopeId, long storeId) {
    Map<Identity, SharedFile> others = new HashMap<>();
    for (SharedFile file : files.values()) {
      if (file.id().storeId() == storeId && !file.chain().contains(scopeId)) {
        others.put(file.id().identity(), file);
      }
    }
    return others;
  }

  /** See {@link SharedFile#startAnew}. Only while all gates are closed. */
  void startAnew() {
    files.values().forEach(SharedFile::startAnew);
  }
}
