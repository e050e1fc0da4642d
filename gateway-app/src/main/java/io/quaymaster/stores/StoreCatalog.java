package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStores;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.local.LocalStores;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens each store when it is first asked for, and keeps it open. A store's row never changes, so
 * neither does what was opened.
 */
public final class StoreCatalog implements FileStores, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreCatalog.class);

  private final JdbcClient jdbc;
  private final LocalRoots roots;
  private final Map<Long, FileStore> open = new ConcurrentHashMap<>();
  private final ReentrantLock opening = new ReentrantLock();

  public StoreCatalog(JdbcClient jdbc, LocalRoots roots) {
    this.jdbc = jdbc;
    this.roots = roots;
  }

  @Override
  public FileStore store(long storeId) throws FileFailure {
    FileStore known = open.get(storeId);
    if (known != null) {
      return known;
    }
    opening.lock();
    try {
      FileStore raced = open.get(storeId);
      if (raced != null) {
        return raced;
      }
      FileStore opened = open(storeId);
      open.put(storeId, opened);
      return opened;
    } finally {
      opening.unlock();
    }
  }

  private FileStore open(long storeId) throws FileFailure {
    Path folder = roots.folderOf(pathOf(storeId));
    try {
      return LocalStores.open(folder);
    } catch (FileFailure missing) {
      log.error("Store {} cannot be opened at {}: {}", storeId, folder, missing.getMessage());
      throw new FileFailure(Kind.STORE_ERROR, "the store cannot be opened", missing);
    }
  }

  private StoreKey pathOf(long storeId) throws FileFailure {
    Optional<String> path;
    try {
      path =
          jdbc.sql("select path from store where id = ? and type = 'local'")
              .param(storeId)
              .query(String.class)
              .optional();
    } catch (DataAccessException away) {
      throw new FileFailure(Kind.LEDGER_UNAVAILABLE, "the store cannot be looked up now", away);
    }
    return path.map(StoreKey::ofPlace)
        .orElseThrow(() -> new FileFailure(Kind.NOT_FOUND, "no such store"));
  }

  /** Forgets a store that an admin deleted. Files that are open stay usable. */
  public void forget(long storeId) {
    FileStore gone = open.remove(storeId);
    if (gone != null) {
      gone.close();
    }
  }

  @Override
  public void close() {
    open.values().forEach(FileStore::close);
    open.clear();
  }
}
