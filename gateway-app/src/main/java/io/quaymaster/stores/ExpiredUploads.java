package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;

/** Removes uploads that nobody went on with for too long, as if their uploaders did. */
@FunctionalInterface
public interface ExpiredUploads {
  /**
   * Removes one, and gives back what it holds of its quotas. Nothing happens if it is gone.
   *
   * @param key the name by which it is known until it is complete
   */
  void remove(long tenantId, long storeId, StoreKey key) throws FileFailure;
}
