package io.quaymaster.stores;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.local.LocalStores;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreProvisioning;
import io.quaymaster.store.StoreUnusable;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a local store's folder, and tries whether files can be made and removed where a store lies.
 */
final class Provisioning implements StoreProvisioning {
  private static final Logger log = LoggerFactory.getLogger(Provisioning.class);

  /** A store was deleted. */
  private static final String RELEASED = "store_released";

  private final LocalRoots roots;
  private final BucketStores buckets;
  private final ClusterNotices notices;

  Provisioning(
      LocalRoots roots, BucketStores buckets, StoreCatalog catalog, ClusterNotices notices) {
    this.roots = roots;
    this.buckets = buckets;
    this.notices = notices;
    notices.subscribe(RELEASED, storeId -> catalog.forget(Long.parseLong(storeId)));
  }

  @Override
  public void prepare(Store store) throws StoreUnusable {
    PlacePath path = store.path();
    if (path == null) {
      throw new IllegalArgumentException("not a local store: " + store.name());
    }
    Path folder = roots.folderOf(path.key());
    try {
      Files.createDirectories(folder);
    } catch (IOException refused) {
      log.warn("The folder {} of store {} cannot be made", folder, store.name(), refused);
      throw new StoreUnusable("The folder cannot be made below the gateway's local root.", refused);
    }
    try (FileStore opened = LocalStores.open(folder)) {
      tryOut(opened);
    } catch (FileFailure refused) {
      log.warn("The folder {} of store {} cannot be used: {}", folder, store.name(), refused);
      throw new StoreUnusable(
          "The gateway cannot write in the folder: " + refused.getMessage() + ".", refused);
    }
  }

  @Override
  public S3Behaviour probe(NewS3Store store) throws StoreUnusable {
    return buckets.probe(store);
  }

  @Override
  public void released(long storeId) {
    notices.publish(RELEASED, Long.toString(storeId));
  }

  private static void tryOut(FileStore store) throws FileFailure {
    StoreKey probe =
        StoreKey.ROOT.child(FileName.ofUnicode(".quaymaster-probe-" + UUID.randomUUID()));
    store.create(probe, FileStore.Access.WRITE, 0600).close();
    store.remove(probe);
  }
}
