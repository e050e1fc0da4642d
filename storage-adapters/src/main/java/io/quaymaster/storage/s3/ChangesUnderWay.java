package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The changes that this process makes in one store just now. Two changes of one name wait for each
 * other, and the renaming of a directory waits for all those below its old and its new name. Others
 * do not meet: the lock here is held for a look into memory, never over a request.
 *
 * <p>A change is known here before it asks {@link Moves}, and a directory's renaming is known there
 * before it asks here: so one of the two always sees the other.
 *
 * <p>Threads: any.
 */
final class ChangesUnderWay {
  private final Moves moves;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Set<Change> underWay = new HashSet<>();

  /**
   * @param patience how long one waits for another
   */
  ChangesUnderWay(Moves moves, Duration patience) {
    this.moves = moves;
    this.patience = patience;
  }

  /** A change, from when it may begin to when it is closed. */
  final class Change implements AutoCloseable {
    private final List<StoreKey> names;
    private final boolean below;

    /**
     * @param below whether all that lies below the names is meant too
     */
    private Change(List<StoreKey> names, boolean below) {
      this.names = names;
      this.below = below;
    }

    /**
     * Looks again whether another process renames a directory around it, right before the request
     * that makes the change. What this process renames waits for it.
     *
     * @throws FileFailure BUSY
     */
    void check() throws FileFailure {
      check(false);
    }

    private void check(boolean oursToo) throws FileFailure {
      for (StoreKey name : names) {
        if (below) {
          moves.refuseMove(name, oursToo);
        } else {
          moves.refuseChange(name, oursToo);
        }
      }
    }

    private boolean meets(Change other) {
      return names.stream()
          .anyMatch(one -> other.names.stream().anyMatch(two -> meet(one, other, two)));
    }

    private boolean meet(StoreKey one, Change other, StoreKey two) {
      return one.equals(two)
          || (below && two.startsWith(one))
          || (other.below && one.startsWith(two));
    }

    @Override
    public void close() {
      lock.lock();
      try {
        underWay.remove(this);
        ended.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Begins to change names, as soon as nobody else in this process changes one of them.
   *
   * @throws FileFailure BUSY if a directory around is being renamed, or others take too long
   */
  Change begin(StoreKey... names) throws FileFailure {
    return begin(new Change(List.of(names), false));
  }

  /** The same for a directory and all that lies below. */
  Change beginWithAllBelow(StoreKey directory) throws FileFailure {
    return begin(new Change(List.of(directory), true));
  }

  private Change begin(Change change) throws FileFailure {
    lock.lock();
    try {
      awaitOthers(change, "another change of this name is under way, and takes long");
      underWay.add(change);
    } finally {
      lock.unlock();
    }
    try {
      change.check(true);
    } catch (FileFailure | RuntimeException refused) {
      change.close();
      throw refused;
    }
    return change;
  }

  /**
   * Waits until nothing at or below two directories changes that began before both were moves.
   *
   * @throws FileFailure BUSY if that takes too long
   */
  void awaitNoneIn(StoreKey one, StoreKey other) throws FileFailure {
    lock.lock();
    try {
      awaitOthers(
          new Change(List.of(one, other), true),
          "a file in the directory is being changed, which takes long; try again later");
    } finally {
      lock.unlock();
    }
  }

  private void awaitOthers(Change mine, String tooLong) throws FileFailure {
    long left = patience.toNanos();
    while (underWay.stream().anyMatch(mine::meets)) {
      if (left <= 0) {
        throw new FileFailure(Kind.BUSY, tooLong);
      }
      try {
        left = ended.awaitNanos(left);
      } catch (InterruptedException stopped) {
        throw PartMemory.interrupted();
      }
    }
  }
}
