package io.quaymaster.audit;

import io.quaymaster.transfer.Transfer;

/**
 * Where everything that happened is told. Returning means that the line survives the death of the
 * process: it stands in the journal or in the database already. Threads: any.
 */
public interface Chronicle {
  void record(AuditEvent event);

  void record(Transfer transfer);

  /** Returns when everything told so far can be read in the database. */
  void flush();
}
