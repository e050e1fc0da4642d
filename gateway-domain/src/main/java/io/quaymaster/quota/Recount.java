package io.quaymaster.quota;

import io.quaymaster.files.FileFailure;

/** The port through which admins have a place measured anew. */
@FunctionalInterface
public interface Recount {
  /**
   * Measures what the store really holds there and corrects the ledger, tenant included.
   *
   * @param scopeId id of the place's row in {@code quota_scope}
   * @return by how many bytes {@code used} was corrected: negative if it had been too high
   * @throws FileFailure if the store cannot be read or the database is away
   */
  long recount(long scopeId) throws FileFailure;
}
