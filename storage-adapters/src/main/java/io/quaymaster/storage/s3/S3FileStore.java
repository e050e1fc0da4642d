package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.ChangesUnderWay.Change;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Files in a bucket, below a prefix. A file is an object whose key is its path; see {@link
 * KeyNames} for what a bucket cannot say, and {@link Directories} for directories. What is written
 * is an upload until it is closed or published ({@link Uploads}).
 *
 * <p>There are no links of any kind. Modes and times are metadata: to set them, and to rename, is
 * to copy on the server.
 */
public final class S3FileStore implements FileStore {
  /** Room that a bucket is said to have: there is no limit that could be asked for. */
  private static final long ROOM = 1L << 60;

  private static final long FILES = 1L << 50;

  private final Bucket bucket;
  private final KeyNames names;
  private final Directories directories;
  private final Uploads uploads;
  private final Moves moves;
  private final ChangesUnderWay changes;
  private final DirectoryRename directoryRename;
  private final Renames renames;
  private final Census census;
  private final Sweeper sweeper;
  private final TransferMemory downloadMemory;
  private final TransferMemory.Share downloadShare;
  private final long downloadMemoryPerFile;
  private final AtomicBoolean closed = new AtomicBoolean();

  S3FileStore(
      Bucket bucket,
      KeyNames names,
      UploadServices services,
      DirectoryMoves moveRecords,
      Sweeper sweeper,
      TransferMemory downloadMemory,
      TransferMemory.Share downloadShare,
      long downloadMemoryPerFile) {
    this.bucket = bucket;
    this.names = names;
    this.directories = new Directories(bucket, names);
    this.moves = new Moves(moveRecords);
    this.changes = new ChangesUnderWay(moves, services.patience());
    this.uploads = new Uploads(services, names, directories, changes);
    this.directoryRename =
        new DirectoryRename(bucket, names, moveRecords, moves, changes, directories);
    this.renames = new Renames(bucket, names, directories, uploads, moves, directoryRename);
    this.census = new Census(bucket, names, moves);
    this.sweeper = sweeper;
    this.downloadMemory = downloadMemory;
    this.downloadShare = downloadShare;
    this.downloadMemoryPerFile = downloadMemoryPerFile;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, false, true, false);
  }

  private void refuseIfClosed() throws FileFailure {
    if (closed.get()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the store is closed");
    }
  }

  /** Before a name is looked at. */
  private void look(StoreKey key) throws FileFailure {
    refuseIfClosed();
    if (moves.hides(key) || KeyNames.isScratch(key)) {
      throw new FileFailure(Kind.NOT_FOUND, "no such file or directory");
    }
  }

  /** Before names are changed; closed when they are. */
  private Change change(StoreKey... keys) throws FileFailure {
    refuseIfReserved(keys);
    return changes.begin(keys);
  }

  private void refuseIfReserved(StoreKey... keys) throws FileFailure {
    refuseIfClosed();
    if (Stream.of(keys).anyMatch(KeyNames::isScratch)) {
      throw new FileFailure(Kind.NOT_FOUND, "a reserved name");
    }
  }

  @Override
  public OpenFile open(StoreKey key, Access access) throws FileFailure {
    look(key);
    if (key.isRoot()) {
      throw isDirectory();
    }
    return access.writes() ? openToWrite(key, access) : openToRead(key);
  }

  private OpenFile openToRead(StoreKey key) throws FileFailure {
    Optional<ObjectInfo> object = bucket.head(names.file(key));
    if (object.isEmpty()) {
      uploads.refuseToRead(key);
      throw notAFile(key);
    }
    ReadAhead ahead =
        new ReadAhead(bucket, object.get(), downloadMemory, downloadShare, downloadMemoryPerFile);
    return new ObjectFile(
        bucket, object.get(), ahead, change -> describe(object.get().key(), key, change));
  }

  private void describe(String objectKey, StoreKey key, AttributeChange change) throws FileFailure {
    try (Change mine = changes.begin(key)) {
      new ServerCopy(bucket, mine::check).describe(objectKey, change);
    }
  }

  private OpenFile openToWrite(StoreKey key, Access access) throws FileFailure {
    try (Change _ = change(key)) {
      Optional<DraftFile> upload = uploads.resume(key, access);
      if (upload.isPresent()) {
        return upload.get();
      }
      return uploads.beginReplacing(key, access, object(key));
    }
  }

  /** The object that has a name. */
  private ObjectInfo object(StoreKey key) throws FileFailure {
    Optional<ObjectInfo> found = bucket.head(names.file(key));
    if (found.isEmpty()) {
      throw notAFile(key);
    }
    return found.get();
  }

  private FileFailure notAFile(StoreKey key) throws FileFailure {
    return directories.isThere(key) ? isDirectory() : directories.missing(key);
  }

  private static FileFailure isDirectory() {
    return new FileFailure(Kind.IS_A_DIRECTORY, "a directory");
  }

  @Override
  public OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    try (Change _ = change(key)) {
      refuseIfTaken(key);
      directories.require(key.parent());
      return uploads.beginNew(key, access, mode);
    }
  }

  @Override
  public OpenFile createAside(StoreKey aside, StoreKey target, Access access, int mode)
      throws FileFailure {
    try (Change _ = change(aside)) {
      directories.require(aside.parent());
      return uploads.beginAside(aside, target, access, mode);
    }
  }

  @Override
  public void publish(StoreKey aside, StoreKey target) throws FileFailure {
    refuseIfReserved(aside, target);
    uploads.publish(aside, target);
  }

  private void refuseIfTaken(StoreKey key) throws FileFailure {
    if (key.isRoot()
        || uploads.isClaimed(key)
        || bucket.head(names.file(key)).isPresent()
        || directories.isThere(key)) {
      throw S3Failures.taken(null);
    }
  }

  @Override
  public FileAttributes attributes(StoreKey key) throws FileFailure {
    look(key);
    Optional<FileAttributes> working = uploads.findLive(key);
    if (working.isPresent()) {
      return working.get();
    }
    if (key.name().startsWith(ASIDE)) {
      // The bucket need not be asked: each question is a request.
      return uploads.find(key).orElseThrow(() -> new FileFailure(Kind.NOT_FOUND, "no such upload"));
    }
    if (!key.isRoot()) {
      Optional<ObjectInfo> object = bucket.head(names.file(key));
      if (object.isPresent()) {
        return object.get().attributes(FileAttributes.Type.FILE);
      }
    }
    Optional<ObjectInfo> directory = directories.find(key);
    if (directory.isPresent()) {
      return directory.get().attributes(FileAttributes.Type.DIRECTORY);
    }
    Optional<FileAttributes> upload = uploads.find(key);
    if (upload.isPresent()) {
      return upload.get();
    }
    throw directories.missing(key);
  }

  @Override
  public void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    look(key);
    try (Change mine = change(key)) {
      if (!uploads.setAttributes(key, change)) {
        describe(key, change, mine::check);
      }
    }
  }

  private void describe(StoreKey key, AttributeChange change, Step check) throws FileFailure {
    if (!key.isRoot()) {
      Optional<ObjectInfo> object = bucket.head(names.file(key));
      if (object.isPresent()) {
        new ServerCopy(bucket, check).describe(object.get(), change, FileAttributes.Type.FILE);
        return;
      }
    }
    Optional<ObjectInfo> directory = directories.find(key);
    if (directory.isEmpty()) {
      throw directories.missing(key);
    }
    directories.describe(directory.get(), change, check);
  }

  @Override
  public Listing list(StoreKey key) throws FileFailure {
    long began = System.nanoTime();
    look(key);
    requireDirectory(key);
    return new BucketListing(bucket, key, names.directory(key), uploads.in(key), moves, began);
  }

  private void requireDirectory(StoreKey key) throws FileFailure {
    if (!directories.isThere(key)) {
      throw bucket.head(names.file(key)).isPresent()
          ? new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory")
          : directories.missing(key);
    }
  }

  @Override
  public void makeDirectory(StoreKey key, int mode) throws FileFailure {
    try (Change change = change(key)) {
      refuseIfTaken(key);
      directories.require(key.parent());
      change.check();
      directories.make(key, mode);
    }
  }

  @Override
  public void removeDirectory(StoreKey key) throws FileFailure {
    refuseIfReserved(key);
    if (key.isRoot()) {
      throw new FileFailure(Kind.BUSY, "the store's root stays");
    }
    try (Change change = changes.beginWithAllBelow(key)) {
      requireDirectory(key);
      if (!directories.isEmpty(key) || uploads.anyBelow(key)) {
        throw new FileFailure(Kind.DIRECTORY_NOT_EMPTY, "the directory is not empty");
      }
      change.check();
      directories.removeMark(key);
      directories.keep(key.parent());
    }
  }

  @Override
  public FileAttributes remove(StoreKey key) throws FileFailure {
    look(key);
    if (key.isRoot()) {
      throw isDirectory();
    }
    FileAttributes removed;
    try (Change change = change(key)) {
      Optional<FileAttributes> upload = uploads.remove(key);
      removed = upload.isPresent() ? upload.get() : removeObject(key, change);
    }
    return new FileAttributes(
        removed.type(),
        removed.sizeBytes(),
        removed.mode(),
        0,
        removed.modifiedSeconds(),
        removed.accessedSeconds(),
        removed.identity());
  }

  private FileAttributes removeObject(StoreKey key, Change change) throws FileFailure {
    ObjectInfo object = object(key);
    change.check();
    bucket.delete(object.key());
    directories.keep(key.parent());
    return object.attributes(FileAttributes.Type.FILE);
  }

  @Override
  public void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    look(from);
    if (from.isRoot() || to.isRoot()) {
      throw new FileFailure(Kind.BUSY, "the store's root stays");
    }
    try (Change change = change(from, to)) {
      if (renames.renamesFile(from, to, replace, change::check)) {
        return;
      }
    }
    renames.renameDirectory(from, to, replace);
  }

  @Override
  public void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    throw noLinks();
  }

  @Override
  public void symbolicLink(StoreKey name, String target) throws FileFailure {
    throw noLinks();
  }

  private FileFailure noLinks() throws FileFailure {
    refuseIfClosed();
    return new FileFailure(Kind.UNSUPPORTED, "a bucket has no links");
  }

  @Override
  public String readLink(StoreKey key) throws FileFailure {
    attributes(key);
    throw new FileFailure(Kind.INVALID_ARGUMENT, "not a symbolic link");
  }

  /** Counts what clients can see: keys that no name has are not there for them. */
  @Override
  public Measure measure(StoreKey key) throws FileFailure {
    refuseIfClosed();
    Measure sleeping = uploads.measure(key);
    long bytes = sleeping.bytes();
    long files = sleeping.files();
    if (!key.isRoot()) {
      Optional<ObjectInfo> file = bucket.head(names.file(key));
      if (file.isPresent()) {
        return new Measure(bytes + file.get().sizeBytes(), files + 1, false);
      }
    }
    Census.Counted counted = census.count(key);
    if (!counted.any() && files == 0 && !key.isRoot()) {
      FileFailure why = directories.missing(key);
      if (why.kind() == Kind.NOT_A_DIRECTORY) {
        throw why;
      }
    }
    return new Measure(bytes + counted.bytes(), files + counted.files(), false);
  }

  @Override
  public Space space() throws FileFailure {
    refuseIfClosed();
    return new Space(ROOM, ROOM, FILES, FILES);
  }

  /**
   * Puts right what dead processes left: goes on with renaming directories, forgets uploads that
   * turn out to be complete, and aborts multipart uploads that no record knows.
   *
   * @param orphanAge how old an unknown upload must be: a younger one may be about to be recorded
   * @return how many uploads were aborted
   */
  public int sweep(Duration orphanAge) throws FileFailure {
    refuseIfClosed();
    directoryRename.recover();
    uploads.settle(StoreKey.ROOT);
    return sweeper.sweep(orphanAge);
  }

  /**
   * Gives up all uploads, before the store is forgotten: nobody will sweep it again.
   *
   * @return how many
   */
  public int abortUploads() throws FileFailure {
    refuseIfClosed();
    return sweeper.abortAll();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      bucket.close();
    }
  }
}
