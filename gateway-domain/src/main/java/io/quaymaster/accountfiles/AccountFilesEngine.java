package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStores;
import io.quaymaster.files.Home;
import io.quaymaster.files.StoreKey;
import io.quaymaster.login.Grant;
import io.quaymaster.quota.Places;
import io.quaymaster.quota.QuotaLedger;
import io.quaymaster.quota.QuotaLedger.Room;
import io.quaymaster.quota.SharedFiles;
import io.quaymaster.quota.StoreGates;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link AccountFiles} for sessions, and holds what they share: the ledger, the locks on
 * names, the files being written.
 *
 * <p>Threads: any.
 */
public final class AccountFilesEngine {
  private static final int NEW_HOME_MODE = 0750;

  final QuotaLedger ledger;
  final SharedFiles sharedFiles;
  final StoreGates gates;
  final Chronicle chronicle;
  final Clock clock;
  private final FileStores stores;
  private final int processUmask;
  private final Map<Long, NameLocks> nameLocks = new ConcurrentHashMap<>();

  /**
   * @param processUmask what accounts without an umask of their own get
   */
  public AccountFilesEngine(
      QuotaLedger ledger,
      SharedFiles sharedFiles,
      StoreGates gates,
      FileStores stores,
      Chronicle chronicle,
      Clock clock,
      int processUmask) {
    this.ledger = ledger;
    this.sharedFiles = sharedFiles;
    this.gates = gates;
    this.stores = stores;
    this.chronicle = chronicle;
    this.clock = clock;
    this.processUmask = processUmask;
  }

  /**
   * The files that a grant sees. Its home and mounts are made if they are missing.
   *
   * @throws FileFailure if a store or the ledger cannot be reached
   */
  public AccountFiles open(Grant grant) throws FileFailure {
    List<View.Part> parts = new ArrayList<>();
    try {
      parts.add(part(grant, grant.home()));
      for (Home mount : grant.mounts()) {
        parts.add(part(grant, mount));
      }
    } catch (FileFailure failed) {
      parts.forEach(part -> ledger.leave(part.places()));
      throw failed;
    }
    Integer umask = grant.sftp().umask();
    return new AccountFiles(this, grant, new View(parts), umask == null ? processUmask : umask);
  }

  private View.Part part(Grant grant, Home home) throws FileFailure {
    FileStore store = store(home.storeId());
    makeMissing(store, home.root());
    Places places = ledger.enter(grant.tenantId(), home.storeId(), home.root());
    return new View.Part(home, store, places);
  }

  /**
   * Removes a partial upload that has expired: its bytes and its file are free in every place that
   * it lies in, and in the tenant. One that a session of this process has open for changes is left
   * alone.
   *
   * @return whether it was removed; false also if it is gone already
   * @throws FileFailure if the store or the ledger cannot be reached
   * @throws IllegalArgumentException if the key is not that of a partial upload
   */
  public boolean removePartial(long tenantId, long storeId, StoreKey partial) throws FileFailure {
    return new PartialSweep(this).remove(tenantId, storeId, partial);
  }

  FileStore store(long storeId) throws FileFailure {
    return stores.store(storeId);
  }

  private static void makeMissing(FileStore store, StoreKey directory) throws FileFailure {
    try {
      store.attributes(directory);
    } catch (FileFailure missing) {
      if (missing.kind() != FileFailure.Kind.NOT_FOUND || directory.isRoot()) {
        throw missing;
      }
      makeMissing(store, directory.parent());
      try {
        store.makeDirectory(directory, NEW_HOME_MODE);
      } catch (FileFailure other) {
        if (other.kind() != FileFailure.Kind.EXISTS) {
          throw other;
        }
      }
    }
  }

  /** Room as {@code df} shows it: the quota where there is one, else the store's own. */
  FileStore.Space space(Spot spot) throws FileFailure {
    Room room = ledger.room(spot.chain());
    FileStore.Space disk = spot.store().space();
    long freeBytes = free(room.bytesLimit(), room.usedBytes(), disk.freeBytes());
    long freeFiles = free(room.filesLimit(), room.usedFiles(), disk.freeFiles());
    return new FileStore.Space(
        total(room.bytesLimit(), room.usedBytes(), freeBytes),
        freeBytes,
        total(room.filesLimit(), room.usedFiles(), freeFiles),
        freeFiles);
  }

  private static long free(@Nullable Long limit, long used, long free) {
    return limit == null ? free : Math.min(Math.max(0, limit - used), free);
  }

  private static long total(@Nullable Long limit, long used, long free) {
    return limit == null ? used + free : limit;
  }

  NameLocks names(long storeId) {
    return nameLocks.computeIfAbsent(storeId, id -> new NameLocks());
  }
}
