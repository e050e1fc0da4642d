package io.quaymaster.files;

/**
 * The stores of this gateway by their ids in the database, opened when first asked for. Threads:
 * any.
 */
public interface FileStores {
  /**
   * @throws FileFailure NOT_FOUND if there is no such store, STORE_ERROR if it cannot be opened
   */
  FileStore store(long storeId) throws FileFailure;
}
