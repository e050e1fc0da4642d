package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
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

  /** For how long an open listing is told that its directory has gone. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final DirectoryMoves records;
  private final ReentrantLock reading = new ReentrantLock();

  /** When directories lost their names, by {@link System#nanoTime}, for listings that are open. */
  private final Map<StoreKey, Long> left = new ConcurrentHashMap<>();

  /** Moves that this process began: they wait for the changes that it began before. */
  private final Set<UUID> ours = ConcurrentHashMap.newKeySet();

  private volatile Known known = new Known(0, List.of());
  private volatile long readAt = System.nanoTime() - STALE.toNanos() - 1;

  /** What was read last, and how many changes were seen before. */
  private record Known(long epoch, List<Move> moves) {}

  Moves(DirectoryMoves records) {
    this.records = records;
  }

  /** This process has begun a move, and will wait for changes that are under way. */
  void begun(Move move) {
    ours.add(move.id());
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
    // One after the other: an answer from before must not overwrite a later one.
    reading.lock();
    try {
      long began = System.nanoTime();
      List<Move> moves = List.copyOf(records.all());
      if (!moves.equals(known.moves())) {
        known = new Known(known.epoch() + 1, moves);
      }
      ours.retainAll(moves.stream().map(Move::id).toList());
      // After that: who saw a directory there before began before this moment.
      long now = System.nanoTime();
      for (Move move : moves) {
        if (move.phase() == Phase.REMOVING) {
          left.put(move.from(), now);
        }
      }
      left.values().removeIf(at -> now - at > REMEMBERED.toNanos());
      readAt = began;
    } finally {
      reading.unlock();
    }
  }

  /** Another number after every change that is known here. */
  long epoch() {
    return known.epoch();
  }

  /** Asked often by who takes long: no move of another process begins and ends unseen. */
  void keepUp() {
    current();
  }

  private boolean isStale() {
    return System.nanoTime() - readAt > STALE.toNanos();
  }

  private void refresh() throws FileFailure {
    if (isStale()) {
      reading.lock();
      try {
        if (isStale()) {
          read();
        }
      } finally {
        reading.unlock();
      }
    }
  }

  private List<Move> current() {
    look(this::refresh);
    return known.moves();
  }

  /** For those who look only: while the database is away, nothing moves either. */
  private void look(Step reading) {
    try {
      reading.run();
    } catch (FileFailure away) {
      log.debug("Moves of directories are not known to the second: {}", away.getMessage());
      readAt = System.nanoTime();
    }
  }

  /** Reads the moves now, if the database answers. */
  void lookAgain() {
    look(this::read);
  }

  /**
   * For those who change something, which a move must not miss.
   *
   * @param oursToo else only moves that do not wait for a change of this process
   */
  private List<Move> surely(boolean oursToo) throws FileFailure {
    refresh();
    return known.moves().stream().filter(move -> oursToo || !ours.contains(move.id())).toList();
  }

  /** Whether a directory or one around it was renamed since. */
  boolean hasLeftSince(StoreKey directory, long nanoTime) {
    return left.entrySet().stream()
        .anyMatch(each -> each.getValue() - nanoTime >= 0 && directory.startsWith(each.getKey()));
  }

  /** Whether a name is not there now. */
  boolean hides(StoreKey key) {
    return current().stream().anyMatch(move -> key.startsWith(hidden(move)));
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
    return name -> {
      StoreKey key = directory.child(name);
      return KeyNames.isScratch(key) || moves.stream().anyMatch(move -> hidden(move).equals(key));
    };
  }

  /**
   * @param oursToo whether moves count that this process began
   * @throws FileFailure BUSY if a name cannot be changed now
   */
  void refuseChange(StoreKey key, boolean oursToo) throws FileFailure {
    for (Move move : surely(oursToo)) {
      if (key.startsWith(move.from()) || key.startsWith(move.to())) {
        throw new FileFailure(
            Kind.BUSY, "the directory is being renamed, which takes a while in a bucket");
      }
    }
  }

  /**
   * @param oursToo as of {@link #refuseChange}
   * @throws FileFailure BUSY if anything at or below a directory, or around it, is being renamed
   */
  void refuseMove(StoreKey directory, boolean oursToo) throws FileFailure {
    refuseChange(directory, oursToo);
    for (Move move : surely(oursToo)) {
      if (move.from().startsWith(directory) || move.to().startsWith(directory)) {
        throw new FileFailure(
            Kind.BUSY, "a directory below is being renamed, which takes a while in a bucket");
      }
    }
  }
}
