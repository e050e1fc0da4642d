package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore;

/** Opens stores anew, each time. Threads: any. */
@FunctionalInterface
public interface StoreOpening {
  /**
   * @throws FileFailure NOT_FOUND if there is no such store, STORE_ERROR if it cannot be opened,
   *     LEDGER_UNAVAILABLE
   */
  FileStore open(long storeId) throws FileFailure;
}
