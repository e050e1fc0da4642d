package io.quaymaster.audit.chain;

import java.io.IOException;

/**
 * Takes a chain piece by piece, in the order of its sequence; a checkpoint behind the row that it
 * speaks of. One thread.
 */
interface ChainSink {
  void event(ChainedEvent event) throws IOException;

  void checkpoint(Checkpoint checkpoint) throws IOException;

  /** A row that no gateway can have written. */
  void unreadable(long sequence, String why) throws IOException;
}
