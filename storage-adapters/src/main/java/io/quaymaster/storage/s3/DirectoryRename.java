package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renames directories, each key by a copy on the server. What is seen turns over in one moment,
 * when all is copied. A process that dies leaves a record, from which any other goes on.
 *
 * <p>Threads: any.
 */
final class DirectoryRename {
  private static final Logger log = LoggerFactory.getLogger(DirectoryRename.class);

  private static final int AT_ONCE = 16;

  private final Bucket bucket;
  private final KeyNames names;
  private final DirectoryMoves records;
  private final Moves moves;
  private final Directories directories;

  /** Moves of this process that nobody works at. */
  private final Queue<Unfinished> unfinished = new ConcurrentLinkedQueue<>();

  private record Unfinished(Move move, Step step) {}

  DirectoryRename(
      Bucket bucket, KeyNames names, DirectoryMoves records, Moves moves, Directories directories) {
    this.bucket = bucket;
    this.names = names;
    this.records = records;
    this.moves = moves;
    this.directories = directories;
  }

  /** Something to do, or to look at. */
  @FunctionalInterface
  interface Step {
    void run() throws FileFailure;
  }

  /**
   * Renames a directory to a name that is free, or an empty directory's.
   *
   * @param check says why it cannot be; asked again when it is known that nobody changes anything
   */
  void rename(StoreKey from, StoreKey to, Step check) throws FileFailure {
    Move move = new Move(UUID.randomUUID(), from, to, Phase.COPYING);
    if (!records.begin(move)) {
      throw new FileFailure(
          Kind.BUSY, "another directory here is being renamed, which takes a while in a bucket");
    }
    boolean overEmpty = false;
    try {
      moves.awaitKnown();
      check.run();
      overEmpty = directories.isThere(to);
    } catch (FileFailure refused) {
      finish(move, () -> end(move));
      throw refused;
    }
    try {
      copyAll(move);
      records.reach(move.id(), Phase.REMOVING);
    } catch (FileFailure failed) {
      boolean keepMark = overEmpty;
      finish(move, () -> undo(move, keepMark));
      throw failed;
    }
    // It has its new name: what is left of the old one is nobody's failure.
    finish(move, () -> remove(move));
  }

  /** Goes on with what was left half done, by a process that is dead or by this one. */
  void recover() throws FileFailure {
    for (int left = unfinished.size(); left > 0; left--) {
      Unfinished mine = unfinished.poll();
      if (mine != null) {
        finish(mine.move(), mine.step());
      }
    }
    List<Move> abandoned = records.takeOver();
    moves.read();
    for (Move move : abandoned) {
      log.info("Goes on with renaming {} to {}, which is {}", move.from(), move.to(), move.phase());
      finish(move, () -> goOn(move));
    }
  }

  private void goOn(Move move) throws FileFailure {
    switch (move.phase()) {
      case COPYING -> {
        copyAll(move);
        records.reach(move.id(), Phase.REMOVING);
        remove(move);
      }
      case REMOVING -> remove(move);
      case UNDOING -> undo(move, false);
    }
  }

  /** Does the last step of a move; if that fails, a later {@link #recover} will. */
  private void finish(Move move, Step step) {
    try {
      step.run();
    } catch (FileFailure again) {
      unfinished.add(new Unfinished(move, step));
      log.warn(
          "Renaming {} to {} is not finished, and will be by the next sweep: {}",
          move.from(),
          move.to(),
          again.getMessage());
    }
  }

  private void end(Move move) throws FileFailure {
    records.end(move.id());
    moves.read();
  }

  /** A key's work. */
  @FunctionalInterface
  private interface Work {
    void on(String key, String counterpart) throws FileFailure;
  }

  private void copyAll(Move move) throws FileFailure {
    each(move.from(), move.to(), this::copy);
  }

  private void copy(String key, String counterpart) throws FileFailure {
    Optional<ObjectInfo> source = bucket.head(key);
    if (source.isPresent()) {
      Map<String, String> metadata = source.get().metadataOfCopy();
      new ServerCopy(bucket).copy(source.get(), counterpart, metadata, false);
    }
  }

  private void remove(Move move) throws FileFailure {
    moves.awaitKnown();
    each(
        move.from(),
        move.to(),
        (key, counterpart) -> {
          if (bucket.head(counterpart).isEmpty()) {
            // Another tool wrote it meanwhile.
            copy(key, counterpart);
          }
          bucket.delete(key);
        });
    directories.keep(move.from().parent());
    end(move);
  }

  /**
   * Removes the copies. What was never copied, because another tool wrote it there, stays.
   *
   * @param keepMark whether the new name was an empty directory's before
   */
  private void undo(Move move, boolean keepMark) throws FileFailure {
    records.reach(move.id(), Phase.UNDOING);
    moves.read();
    String mark = names.directory(move.to());
    each(
        move.to(),
        move.from(),
        (key, counterpart) -> {
          boolean copied = bucket.head(counterpart).isPresent();
          if (copied && !(keepMark && key.equals(mark))) {
            bucket.delete(key);
          }
        });
    if (keepMark) {
      directories.keep(move.to());
    }
    directories.keep(move.to().parent());
    end(move);
  }

  private void each(StoreKey directory, StoreKey counterpart, Work work) throws FileFailure {
    String prefix = names.directory(directory);
    String other = names.directory(counterpart);
    Pages pages = new Pages(bucket, prefix);
    try (SideBySide many = new SideBySide(AT_ONCE)) {
      while (pages.hasNext()) {
        String key = pages.next().key();
        many.run(() -> work.on(key, other + key.substring(prefix.length())));
      }
      many.await();
    }
  }
}
