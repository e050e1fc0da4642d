package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.util.Optional;

/** What a new name meets, and how a file or a directory gets it. */
final class Renames {
  private final Bucket bucket;
  private final KeyNames names;
  private final Directories directories;
  private final Uploads uploads;
  private final Moves moves;
  private final DirectoryRename directoryRename;

  Renames(
      Bucket bucket,
      KeyNames names,
      Directories directories,
      Uploads uploads,
      Moves moves,
      DirectoryRename directoryRename) {
    this.bucket = bucket;
    this.names = names;
    this.directories = directories;
    this.uploads = uploads;
    this.moves = moves;
    this.directoryRename = directoryRename;
  }

  /**
   * Renames a file, as of {@link io.quaymaster.files.FileStore#rename}, if the old name is a
   * file's. The caller keeps others away from both names: two renames of one file would make it
   * two. Neither is the root.
   *
   * @param check asked right before the file has its new name
   */
  boolean renamesFile(StoreKey from, StoreKey to, boolean replace, Step check) throws FileFailure {
    Optional<ObjectInfo> file = bucket.head(names.file(from));
    if (file.isPresent()) {
      renameFile(file.get(), from, to, replace, check);
    }
    return file.isPresent();
  }

  private void renameFile(ObjectInfo file, StoreKey from, StoreKey to, boolean replace, Step check)
      throws FileFailure {
    if (directories.isThere(to)) {
      throw replace
          ? new FileFailure(Kind.IS_A_DIRECTORY, "a directory has the new name")
          : S3Failures.taken(null);
    }
    if (from.equals(to)) {
      if (!replace) {
        throw S3Failures.taken(null);
      }
      return;
    }
    directories.require(to.parent());
    new ServerCopy(bucket, check).copy(file, names.file(to), file.metadataOfCopy(), !replace);
    bucket.delete(file.key());
    directories.keep(from.parent());
  }

  /** Renames a directory, as of {@link io.quaymaster.files.FileStore#rename}; no root. */
  void renameDirectory(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    moves.refuseMove(from, true);
    moves.refuseMove(to, true);
    refuseUnlessMovable(from, to, replace);
    if (!from.equals(to)) {
      directoryRename.rename(from, to, () -> refuseUnlessMovable(from, to, replace));
    }
  }

  private void refuseUnlessMovable(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    if (!directories.isThere(from)) {
      throw directories.missing(from);
    }
    boolean file = bucket.head(names.file(to)).isPresent();
    boolean directory = directories.isThere(to);
    if (!replace && (file || directory)) {
      throw S3Failures.taken(null);
    }
    if (from.equals(to)) {
      return;
    }
    if (to.startsWith(from)) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "a directory cannot go into itself");
    }
    if (file) {
      throw new FileFailure(Kind.NOT_A_DIRECTORY, "a file has the new name");
    }
    directories.require(to.parent());
    if (!directories.isEmpty(to)) {
      throw new FileFailure(Kind.DIRECTORY_NOT_EMPTY, "the directory is not empty");
    }
    if (uploads.anyBelow(from) || uploads.anyBelow(to)) {
      throw new FileFailure(
          Kind.BUSY, "an upload that is not complete lies in the directory, and cannot move");
    }
  }
}
