package io.quaymaster.store;

import io.quaymaster.files.FileFailure;
import io.quaymaster.refusal.Refusal;

/** The port through which a bucket store is cleared of uploads that nobody goes on with. */
public interface StoreSweep {
  /**
   * What a sweep cleared.
   *
   * @param expiredUploads uploads that were unchanged for too long
   * @param orphanUploadsAborted multipart uploads on the server that nobody knew
   */
  record Swept(int expiredUploads, int orphanUploadsAborted) {}

  /**
   * Sweeps a store now. May take as long as the server needs.
   *
   * @throws FileFailure if the server or the database does not answer
   * @throws Refusal.Busy if the store is being swept already
   */
  Swept sweep(Store store) throws FileFailure;

  /**
   * Aborts all uploads that are not complete in a store which is about to be forgotten. May take as
   * long as the server needs.
   *
   * @return how many
   * @throws FileFailure if the server or the database does not answer
   * @throws Refusal.Busy if the store is being swept
   */
  int clear(Store store) throws FileFailure;
}
