package io.quaymaster.store;

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
   * A store was deleted: every process lets go of what it holds open there. Called inside the
   * transaction that deletes it; takes effect with its commit.
   */
  void released(long storeId);
}
