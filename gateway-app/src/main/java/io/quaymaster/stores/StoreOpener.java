package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.local.LocalStores;
import io.quaymaster.stores.StoreRows.Bucket;
import io.quaymaster.stores.StoreRows.Local;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Opens a store as its row says, with the adapter of its type. */
public final class StoreOpener implements StoreOpening {
  private static final Logger log = LoggerFactory.getLogger(StoreOpener.class);

  private final StoreRows rows;
  private final LocalRoots roots;
  private final BucketStores buckets;

  public StoreOpener(JdbcClient jdbc, LocalRoots roots, BucketStores buckets) {
    this.rows = new StoreRows(jdbc);
    this.roots = roots;
    this.buckets = buckets;
  }

  @Override
  public FileStore open(long storeId) throws FileFailure {
    StoreRows.StoreRow row =
        rows.find(storeId).orElseThrow(() -> new FileFailure(Kind.NOT_FOUND, "no such store"));
    return switch (row) {
      case Local local -> openFolder(storeId, roots.folderOf(StoreKey.ofPlace(local.path())));
      case Bucket bucket -> buckets.open(bucket);
    };
  }

  private static FileStore openFolder(long storeId, Path folder) throws FileFailure {
    try {
      return LocalStores.open(folder);
    } catch (FileFailure missing) {
      log.error("Store {} cannot be opened at {}: {}", storeId, folder, missing.getMessage());
      throw new FileFailure(Kind.STORE_ERROR, "the store cannot be opened", missing);
    }
  }
}
