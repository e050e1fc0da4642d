package io.quaymaster.store;

/** The port through which a new store's place is made ready. */
@FunctionalInterface
public interface StoreProvisioning {
  /**
   * Makes a local store's folder if it is missing, and proves that the gateway can write there.
   * Called inside the transaction that makes the store: a failure undoes it. Making a folder twice
   * is harmless.
   *
   * @throws StoreUnusable with a reason for the admin
   */
  void prepare(Store store) throws StoreUnusable;
}
