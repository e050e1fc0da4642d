package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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

  DirectoryRename(
      Bucket bucket, KeyNames names, DirectoryMoves records, Moves moves, Directories directories) {
    this.bucket = bucket;
    this.names = names;
    this.records = records;
    this.moves = moves;
    this.directories = directories;
  }

  /** Renames a directory to a name that is free, or an empty directory's. */
  void rename(StoreKey from, StoreKey to) throws FileFailure {
    Move move = new Move(UUID.randomUUID(), from, to, Phase.COPYING);
    if (!records.begin(move)) {
      throw new FileFailure(
          Kind.BUSY, "another directory here is being renamed, which takes a while in a bucket");
    }
    try {
      moves.awaitKnown();
      copyAll(move);
    } catch (FileFailure failed) {
      undo(move);
      throw failed;
    }
    records.reach(move.id(), Phase.REMOVING);
    remove(move);
  }

  /** Goes on with what a process that is dead left half done. */
  void recover() throws FileFailure {
    for (Move move : records.takeOver()) {
      log.info("Goes on with renaming {} to {}, which is {}", move.from(), move.to(), move.phase());
      moves.read();
      switch (move.phase()) {
        case COPYING -> {
          copyAll(move);
          records.reach(move.id(), Phase.REMOVING);
          remove(move);
        }
        case REMOVING -> remove(move);
        case UNDOING -> undo(move);
      }
    }
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
      Map<String, String> metadata = source.get().metadataKeepingTime();
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
    records.end(move.id());
    moves.read();
  }

  private void undo(Move move) {
    try {
      records.reach(move.id(), Phase.UNDOING);
      each(move.to(), move.from(), (key, counterpart) -> bucket.delete(key));
      records.end(move.id());
      moves.read();
    } catch (FileFailure again) {
      log.warn(
          "Renaming {} to {} cannot be undone now, and will be by the next sweep: {}",
          move.from(),
          move.to(),
          again.getMessage());
    }
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
