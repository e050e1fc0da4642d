package io.quaymaster.store;

import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;

/** The port through which a store's place is made ready, and let go. */
public interface StoreProvisioning {
  /**
   * Makes a local store's folder if it is missing, and proves that the gateway can write there.
   * Called inside the transaction that makes the store: a failure undoes it. Making a folder twice
   * is harmless.
   *
   * @throws StoreUnusable with a reason for the admin
   */
  void prepare(Store store) throws StoreUnusable;

  /**
   * Tries whether files can be written, read, listed and deleted where a bucket store shall lie,
   * and finds out how the server behaves. Called outside of transactions: a server that does not
   * answer takes its time.
   *
   * @throws StoreUnusable with a reason for the admin
   */
  S3Behaviour probe(NewS3Store store) throws StoreUnusable;

  /**
   * A store was deleted: every process lets go of what it holds open there. Called inside the
   * transaction that deletes it; takes effect with its commit.
   */
  void released(long storeId);
}
