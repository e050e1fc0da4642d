package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import io.quaymaster.storage.s3.Pairs.Pair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Renames directories, each key by a copy on the server. What is seen turns over in one moment,
 * when all is copied. A process that dies leaves a record, from which any other goes on.
 *
 * <p>A change that began in this process before is waited for, and one that begins later is
 * refused. Of other processes' changes that were on their way, those that end while we copy are
 * carried along.
 *
 * <p>Threads: any.
 */
final class DirectoryRename {
  private static final Logger log = LoggerFactory.getLogger(DirectoryRename.class);

  private static final int AT_ONCE = 16;

  /** How long we believe that a move is ours: a process that sleeps can be taken for dead. */
  private static final Duration SURE = Duration.ofSeconds(1);

  /**
   * Metadata of a new directory's mark while its files are copied, with the move's id: another mark
   * was an empty directory's that had the new name, and has it again if we fail.
   */
  private static final String OURS = "quaymaster-move";

  private final Bucket bucket;
  private final KeyNames names;
  private final DirectoryMoves records;
  private final Moves moves;
  private final ChangesUnderWay changes;
  private final Directories directories;

  /** Moves of this process that nobody works at. */
  private final Queue<Unfinished> unfinished = new ConcurrentLinkedQueue<>();

  private record Unfinished(Move move, Step step) {}

  DirectoryRename(
      Bucket bucket,
      KeyNames names,
      DirectoryMoves records,
      Moves moves,
      ChangesUnderWay changes,
      Directories directories) {
    this.bucket = bucket;
    this.names = names;
    this.records = records;
    this.moves = moves;
    this.changes = changes;
    this.directories = directories;
  }

  /**
   * Renames a directory to a name that is free, or an empty directory's.
   *
   * @param check says why it cannot be; asked when it is known that nobody changes anything
   */
  void rename(StoreKey from, StoreKey to, Step check) throws FileFailure {
    Move move = new Move(UUID.randomUUID(), from, to, Phase.COPYING);
    begin(move);
    try {
      moves.awaitKnown();
      changes.awaitNoneIn(from, to);
      check.run();
    } catch (FileFailure refused) {
      finish(move, () -> end(move));
      throw refused;
    }
    try {
      copyAll(move);
      records.reach(move.id(), Phase.REMOVING);
    } catch (FileFailure failed) {
      finish(move, () -> undo(move));
      throw failed;
    }
    // It has its new name: what is left of the old one is nobody's failure.
    finish(move, () -> remove(move));
  }

  private void begin(Move move) throws FileFailure {
    boolean begun;
    try {
      begun = records.begin(move);
    } catch (FileFailure unsure) {
      // The database may have it nevertheless.
      finish(move, () -> end(move));
      throw unsure;
    }
    if (!begun) {
      throw new FileFailure(
          Kind.BUSY, "another directory here is being renamed, which takes a while in a bucket");
    }
    moves.begun(move);
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
      case UNDOING -> undo(move);
    }
  }

  /** Does the last step of a move; if that fails, a later {@link #recover} will. */
  private void finish(Move move, Step step) {
    try {
      step.run();
    } catch (FileFailure again) {
      if (again.kind() == Kind.BUSY) {
        log.info("Another process ends the renaming of {} to {}", move.from(), move.to());
        return;
      }
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
    void on(S3Object key, String counterpart) throws FileFailure;
  }

  private void copyAll(Move move) throws FileFailure {
    each(
        move,
        Phase.COPYING,
        (object, counterpart) -> {
          if (object.key().equals(names.directory(move.from()))) {
            copyMark(move);
          } else {
            copy(object.key(), counterpart);
          }
        });
    if (records.othersAlive()) {
      copyWhatChanged(move);
    }
  }

  private void copy(String key, String counterpart) throws FileFailure {
    Optional<ObjectInfo> source = bucket.head(key);
    if (source.isPresent()) {
      copy(source.get(), counterpart, source.get().metadataOfCopy());
    }
  }

  private void copy(ObjectInfo source, String counterpart, Map<String, String> metadata)
      throws FileFailure {
    new ServerCopy(bucket).copy(source, counterpart, metadata, false);
  }

  /** An empty directory that has the new name keeps its mark until it is sure to be replaced. */
  private void copyMark(Move move) throws FileFailure {
    Optional<ObjectInfo> mark = bucket.head(names.directory(move.from()));
    String counterpart = names.directory(move.to());
    if (mark.isPresent() && bucket.head(counterpart).isEmpty()) {
      Map<String, String> metadata = new LinkedHashMap<>(mark.get().metadataOfCopy());
      metadata.put(OURS, move.id().toString());
      copy(mark.get(), counterpart, metadata);
    }
  }

  private boolean isOurs(Move move, String mark) throws FileFailure {
    return bucket
        .head(mark)
        .filter(found -> move.id().toString().equals(found.described().metadata().get(OURS)))
        .isPresent();
  }

  /** Looks once more: what another process was about when we began may have come after the copy. */
  private void copyWhatChanged(Move move) throws FileFailure {
    String from = names.directory(move.from());
    String to = names.directory(move.to());
    Pairs pairs = new Pairs(bucket, from, to);
    try (SideBySide many = new SideBySide(AT_ONCE)) {
      for (Pair pair = pairs.next(); pair != null; pair = pairs.next()) {
        String key = from + pair.below();
        String counterpart = to + pair.below();
        S3Object source = pair.one();
        S3Object copied = pair.other();
        if (pair.below().isEmpty()) {
          continue;
        }
        if (source == null) {
          many.run(() -> removeUnless(key, counterpart));
        } else if (copied == null || isNewer(source, copied.lastModified(), copied.eTag())) {
          many.run(() -> copy(key, counterpart));
        }
      }
      many.await();
    }
  }

  private void removeUnless(String source, String copied) throws FileFailure {
    if (bucket.head(source).isEmpty()) {
      bucket.delete(copied);
    }
  }

  /** Servers say when something was stored in whole seconds, at least some of them. */
  private static boolean isNewer(S3Object source, Instant copiedAt, @Nullable String copiedTag) {
    int order =
        source
            .lastModified()
            .truncatedTo(ChronoUnit.SECONDS)
            .compareTo(copiedAt.truncatedTo(ChronoUnit.SECONDS));
    return order > 0 || (order == 0 && !Objects.equals(source.eTag(), copiedTag));
  }

  private void remove(Move move) throws FileFailure {
    moves.awaitKnown();
    each(move, Phase.REMOVING, (object, counterpart) -> removeOld(move, object, counterpart));
    directories.keep(move.from().parent());
    end(move);
  }

  /** Another process or another tool may have written it meanwhile. */
  private void removeOld(Move move, S3Object object, String counterpart) throws FileFailure {
    Optional<ObjectInfo> copied = bucket.head(counterpart);
    if (object.key().equals(names.directory(move.from()))
        || copied.isEmpty()
        || isNewer(object, copied.get().storedAt(), copied.get().eTag())) {
      copy(object.key(), counterpart);
    }
    bucket.delete(object.key());
  }

  /** Removes the copies. What was never copied, because another tool wrote it there, stays. */
  private void undo(Move move) throws FileFailure {
    records.reach(move.id(), Phase.UNDOING);
    moves.read();
    String mark = names.directory(move.to());
    each(
        new Move(move.id(), move.to(), move.from(), Phase.UNDOING),
        Phase.UNDOING,
        (object, counterpart) -> {
          String key = object.key();
          if (key.equals(mark) ? isOurs(move, key) : bucket.head(counterpart).isPresent()) {
            bucket.delete(key);
          }
        });
    directories.keep(move.to().parent());
    end(move);
  }

  /**
   * Does something to each key below the first name of a move.
   *
   * @throws FileFailure BUSY if this process was taken for dead, and the move is another's
   */
  private void each(Move move, Phase phase, Work work) throws FileFailure {
    String prefix = names.directory(move.from());
    String other = names.directory(move.to());
    Pages pages = new Pages(bucket, prefix);
    long sureAt = System.nanoTime() - SURE.toNanos();
    try (SideBySide many = new SideBySide(AT_ONCE)) {
      while (pages.hasNext()) {
        if (System.nanoTime() - sureAt >= SURE.toNanos()) {
          sureAt = System.nanoTime();
          records.reach(move.id(), phase);
        }
        S3Object object = pages.next();
        String counterpart = other + object.key().substring(prefix.length());
        many.run(() -> work.on(object, counterpart));
      }
      many.await();
    }
  }
}
