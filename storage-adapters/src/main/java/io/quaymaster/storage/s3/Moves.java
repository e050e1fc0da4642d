package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a store is not there, or must not be changed, because a directory is being renamed:
 * whoever looks sees all of it under the old name, or all of it under the new one.
 *
 * <p>Threads: any.
 */
final class Moves {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);

  /** How old what is known of other processes' moves may be. */
  private static final Duration STALE = Duration.ofSeconds(1);

  private final DirectoryMoves records;
  private volatile List<Move> active = List.of();
  private volatile long readAt = System.nanoTime() - STALE.toNanos() - 1;

  Moves(DirectoryMoves records) {
    this.records = records;
  }

  /** Waits until every other process knows of the latest change. */
  void awaitKnown() throws FileFailure {
    read();
    if (records.othersAlive()) {
      try {
        Thread.sleep(STALE.plusMillis(500));
      } catch (InterruptedException stopped) {
        throw PartMemory.interrupted();
      }
    }
  }

  /** Reads the moves now. */
  void read() throws FileFailure {
    active = records.all();
    readAt = System.nanoTime();
  }

  private List<Move> current() {
    if (System.nanoTime() - readAt > STALE.toNanos()) {
      try {
        read();
      } catch (FileFailure away) {
        log.debug("Moves of directories are not known to the second: {}", away.getMessage());
        readAt = System.nanoTime();
      }
    }
    return active;
  }

  /** Whether a name is not there now. */
  boolean hides(StoreKey key) {
    List<Move> moves = current();
    return !moves.isEmpty() && moves.stream().anyMatch(move -> key.startsWith(hidden(move)));
  }

  /** Directories that are not there now. */
  List<StoreKey> hidden() {
    return current().stream().map(Moves::hidden).toList();
  }

  private static StoreKey hidden(Move move) {
    return move.phase() == Phase.REMOVING ? move.from() : move.to();
  }

  Predicate<FileName> hiddenIn(StoreKey directory) {
    List<Move> moves = current();
    return name ->
        !moves.isEmpty()
            && moves.stream().anyMatch(move -> hidden(move).equals(directory.child(name)));
  }

  /**
   * @throws FileFailure BUSY if a name cannot be changed now
   */
  void refuseChange(StoreKey key) throws FileFailure {
    for (Move move : current()) {
      if (key.startsWith(move.from()) || key.startsWith(move.to())) {
        throw new FileFailure(
            Kind.BUSY, "the directory is being renamed, which takes a while in a bucket");
      }
    }
  }

  /**
   * @throws FileFailure BUSY if anything at or below a directory, or around it, is being renamed
   */
  void refuseMove(StoreKey directory) throws FileFailure {
    refuseChange(directory);
    for (Move move : current()) {
      if (move.from().startsWith(directory) || move.to().startsWith(directory)) {
        throw new FileFailure(
            Kind.BUSY, "a directory below is being renamed, which takes a while in a bucket");
      }
    }
  }
}
