package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import java.util.List;
import java.util.UUID;

/**
 * Directories of one store that are being renamed, which takes a copy of every object below and
 * outlives a process: the port to the database.
 *
 * <p>Every method may fail with {@code LEDGER_UNAVAILABLE}. Threads: any.
 */
public interface DirectoryMoves {
  /** How far a move is. */
  enum Phase {
    /** Objects are copied: the old name counts, and the new one is not there yet. */
    COPYING,
    /** All is copied: the new name counts, and what is left of the old one goes. */
    REMOVING,
    /** It failed or was given up: the copies go, and the old name counts. */
    UNDOING
  }

  record Move(UUID id, StoreKey from, StoreKey to, Phase phase) {}

  /** All moves of the store that are not over. */
  List<Move> all() throws FileFailure;

  /**
   * Begins a move in the phase {@code COPYING}, owned by this process.
   *
   * @return false if another move has one of the two directories, lies in one or around one
   */
  boolean begin(Move move) throws FileFailure;

  /** The move reaches its next phase: from then on every process sees it so. */
  void reach(UUID id, Phase phase) throws FileFailure;

  /** The move is over. */
  void end(UUID id) throws FileFailure;

  /**
   * Whether other processes work at the store's database now, and may not know yet what changed.
   */
  boolean othersAlive() throws FileFailure;

  /** Makes moves of processes that are dead this one's own. */
  List<Move> takeOver() throws FileFailure;
}
