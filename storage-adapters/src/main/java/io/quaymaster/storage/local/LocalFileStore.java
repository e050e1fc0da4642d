package io.quaymaster.storage.local;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A folder of the local disk, on Linux. The kernel confines every access: openat2(2) from the
 * root's descriptor with {@code RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS}.
 * What acts on a name opens the directory that holds it in this way, and then uses calls on
 * (directory, name) that do not follow the last component; so no link is ever gone through, whoever
 * puts it there and however late.
 *
 * <p>Attributes are read in that way as well, and not by opening the file itself: the calls are as
 * many below the first level and one instead of three on it.
 *
 * <p>File systems mounted below the root belong to the store; a rename or hard link between them is
 * {@code CROSSES_STORES}.
 *
 * <p>A mode is exact except where the operator gave a directory a default ACL: that then decides.
 * The store's own user always keeps reading and writing (and entering, for directories).
 *
 * <p>Opening for reading or writing never waits (O_NONBLOCK), and what turns out to be a device or
 * a pipe is closed at once, unused.
 */
final class LocalFileStore implements FileStore {
  private static final Capabilities CAPABILITIES = new Capabilities(true, true, true, true);

  private static final long OPEN = Posix.O_NONBLOCK | Posix.O_NOCTTY;

  /** A flag that no kernel knows, so that every file system answers EINVAL. */
  private static final int NO_SUCH_FLAG = 1 << 30;

  static final int UMASK = Posix.umask();

  private final Descriptor root;
  private final int noReplace;

  /**
   * @param root a folder that exists; the operator's word, so links on the way to it are followed
   * @throws FileFailure as the common ones, UNSUPPORTED if the kernel has no openat2 (before 5.6),
   *     NOT_PERMITTED also if a sandbox forbids it
   */
  LocalFileStore(Path root) throws FileFailure {
    this(root, true);
  }

  /**
   * @param renameNoReplace false: as on a file system that does not know RENAME_NOREPLACE
   */
  LocalFileStore(Path root, boolean renameNoReplace) throws FileFailure {
    byte[] path = root.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    if (path.length > LocalRules.MAX_PATH_BYTES) {
      throw new FileFailure(Kind.NAME_TOO_LONG, "the root's path is too long");
    }
    this.noReplace = renameNoReplace ? Posix.RENAME_NOREPLACE : NO_SUCH_FLAG;
    try (Scratch s = Scratch.lend()) {
      MemorySegment name = Scratch.put(s.path, ByteText.of(path));
      long flags = Posix.O_PATH | Posix.O_DIRECTORY;
      this.root =
          new Descriptor(Call.checkOpened(Posix.openat2(s, Posix.AT_FDCWD, name, flags, 0, 0)));
    }
  }

  private Call begin() throws FileFailure {
    return new Call(root);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public OpenFile open(StoreKey key, Access access) throws FileFailure {
    try (Call c = begin()) {
      int fd = Call.checkOpened(c.open(key, OPEN | flags(access), 0));
      FileAttributes.Type type = typeOrClose(c.scratch, fd);
      if (type != FileAttributes.Type.FILE) {
        Posix.close(c.scratch, fd);
        throw type == FileAttributes.Type.DIRECTORY
            ? new FileFailure(Kind.IS_A_DIRECTORY, "is a directory")
            : notRegular();
      }
      return new LocalOpenFile(fd, access);
    }
  }

  private static long flags(Access access) {
    return switch (access) {
      case READ -> 0;
      case WRITE -> Posix.O_WRONLY;
      case READ_WRITE -> Posix.O_RDWR;
    };
  }

  private static FileAttributes.Type typeOrClose(Scratch s, int fd) throws FileFailure {
    long result = Posix.statx(s, fd, Scratch.put(s.name, ""), Posix.AT_EMPTY_PATH);
    if (result < 0) {
      Posix.close(s, fd);
      throw Errno.failure(result);
    }
    return Stat.type(s.out);
  }

  private static FileFailure notRegular() {
    return new FileFailure(Kind.SPECIAL_FILE, "is not a regular file");
  }

  @Override
  public OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    LocalRules.notExisting(key);
    int exact = LocalRules.fileMode(mode);
    try (Call c = begin()) {
      long flags = OPEN | flags(access) | Posix.O_CREAT | Posix.O_EXCL;
      int fd = Call.checkOpened(c.open(key, flags, exact));
      exactMode(c.scratch, fd, exact);
      return new LocalOpenFile(fd, access);
    }
  }

  /** What the umask took away is given again. */
  private void exactMode(Scratch s, int fd, int mode) throws FileFailure {
    long result = (mode & UMASK) == 0 ? 0 : Posix.fchmod(s, fd, mode);
    if (result < 0) {
      Posix.close(s, fd);
      throw Errno.failure(result);
    }
  }

  @Override
  public FileAttributes attributes(StoreKey key) throws FileFailure {
    try (Call c = begin()) {
      return attributes(c, c.parentOf(key), key);
    }
  }

  private static FileAttributes attributes(Call c, int parent, StoreKey key) throws FileFailure {
    int flags = key.isRoot() ? Posix.AT_EMPTY_PATH : Posix.AT_SYMLINK_NOFOLLOW;
    Call.check(Posix.statx(c.scratch, parent, c.name(key), flags));
    return Stat.attributes(c.scratch.out);
  }

  @Override
  public void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    try (Call c = begin()) {
      int parent = c.parentOf(key);
      FileAttributes now = attributes(c, parent, key);
      Integer mode = change.mode();
      if (mode != null) {
        changeMode(c, parent, key, now.type(), mode);
      }
      AttributeChange.Times times = change.times();
      if (times != null) {
        changeTimes(c, parent, key, times);
      }
    }
  }

  /**
   * By descriptor, so that the file whose mode changes is one that was opened without following a
   * link. What its type is was asked before only so that no device is opened for this.
   */
  private static void changeMode(
      Call c, int parent, StoreKey key, FileAttributes.Type type, int mode) throws FileFailure {
    if (type == FileAttributes.Type.LINK) {
      throw new FileFailure(Kind.UNSUPPORTED, "a link has no mode");
    }
    if (type == FileAttributes.Type.SPECIAL) {
      throw notRegular();
    }
    int fd = Call.checkOpened(c.openBelow(parent, key.isRoot() ? "." : key.name(), OPEN, 0));
    long result =
        switch (typeOrClose(c.scratch, fd)) {
          case FILE -> Posix.fchmod(c.scratch, fd, LocalRules.fileMode(mode));
          case DIRECTORY -> Posix.fchmod(c.scratch, fd, LocalRules.directoryMode(mode));
          case LINK, SPECIAL -> -Errno.ENXIO.number;
        };
    Posix.close(c.scratch, fd);
    Call.check(result);
  }

  private static void changeTimes(Call c, int parent, StoreKey key, AttributeChange.Times times)
      throws FileFailure {
    MemorySegment name = key.isRoot() ? Scratch.put(c.scratch.name, ".") : c.name(key);
    Call.check(
        Posix.utimensat(c.scratch, parent, name, times.accessedSeconds(), times.modifiedSeconds()));
  }

  @Override
  public Listing list(StoreKey key) throws FileFailure {
    try (Call c = begin()) {
      return new LocalListing(Call.checkOpened(c.open(key, OPEN | Posix.O_DIRECTORY, 0)));
    }
  }

  @Override
  public void makeDirectory(StoreKey key, int mode) throws FileFailure {
    LocalRules.notExisting(key);
    int exact = LocalRules.directoryMode(mode);
    try (Call c = begin()) {
      int parent = c.parentOf(key);
      Call.check(Posix.mkdirat(c.scratch, parent, c.name(key), exact));
      if ((exact & UMASK) != 0) {
        long flags = OPEN | Posix.O_DIRECTORY;
        int fd = Call.checkOpened(c.openBelow(parent, key.name(), flags, 0));
        exactMode(c.scratch, fd, exact);
        Posix.close(c.scratch, fd);
      }
    }
  }

  @Override
  public void removeDirectory(StoreKey key) throws FileFailure {
    LocalRules.notRoot(key);
    try (Call c = begin()) {
      int parent = c.parentOf(key);
      long result = Posix.unlinkat(c.scratch, parent, c.name(key), Posix.AT_REMOVEDIR);
      // POSIX lets a file system say EEXIST for ENOTEMPTY.
      Call.check(Errno.EEXIST.is(result) ? -Errno.ENOTEMPTY.number : result);
    }
  }

  /**
   * The name's file is held by a descriptor while the name goes, so that the links that are left
   * are counted afterwards, by the kernel.
   */
  @Override
  public FileAttributes remove(StoreKey key) throws FileFailure {
    if (key.isRoot()) {
      throw new FileFailure(Kind.IS_A_DIRECTORY, "is a directory");
    }
    try (Call c = begin()) {
      int parent = c.parentOf(key);
      long flags = Posix.O_PATH | Posix.O_NOFOLLOW;
      int fd = Call.checkOpened(c.openBelow(parent, key.name(), flags, 0));
      long result = Posix.unlinkat(c.scratch, parent, c.name(key), 0);
      if (result == 0) {
        MemorySegment itself = Scratch.put(c.scratch.name, "");
        result = Posix.statx(c.scratch, fd, itself, Posix.AT_EMPTY_PATH);
      }
      Posix.close(c.scratch, fd);
      Call.check(result);
      return Stat.attributes(c.scratch.out);
    }
  }

  /**
   * By renameat2(2). A file system that does not know RENAME_NOREPLACE answers EINVAL; there a file
   * gets the new name by linkat, which never replaces, and loses the old one; a directory, and a
   * file where there are no hard links, is renamed after a look at the new name. That look is safe
   * only as long as callers serialise names, and they do.
   */
  @Override
  public void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    LocalRules.notRoot(from);
    LocalRules.notRoot(to);
    try (Call c = begin()) {
      int parent = c.parentOf(from);
      int newParent = c.parentOf(to);
      MemorySegment name = c.name(from);
      MemorySegment newName = c.otherName(to);
      int flags = replace ? 0 : noReplace;
      long result = Posix.renameat2(c.scratch, parent, name, newParent, newName, flags);
      boolean intoItself = to.startsWith(from) && !to.equals(from);
      if (Errno.EINVAL.is(result) && !replace && !intoItself) {
        result = renameWithoutFlag(c.scratch, parent, name, newParent, newName);
      }
      boolean replacesDirectory = Errno.EEXIST.is(result) && replace;
      Call.check(replacesDirectory ? -Errno.ENOTEMPTY.number : result);
    }
  }

  private static long renameWithoutFlag(
      Scratch s, int parent, MemorySegment name, int newParent, MemorySegment newName) {
    long result = Posix.linkat(s, parent, name, newParent, newName);
    if (result == 0) {
      return Posix.unlinkat(s, parent, name, 0);
    }
    if (!Errno.EPERM.is(result) && !Errno.EOPNOTSUPP.is(result)) {
      return result;
    }
    long there = Posix.statx(s, newParent, newName, Posix.AT_SYMLINK_NOFOLLOW);
    if (there == 0) {
      return -Errno.EEXIST.number;
    }
    return Errno.ENOENT.is(there) ? Posix.renameat2(s, parent, name, newParent, newName, 0) : there;
  }

  /** Of a link the link itself gets the further name. */
  @Override
  public void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    LocalRules.notExisting(name);
    if (existing.isRoot()) {
      throw new FileFailure(Kind.NOT_PERMITTED, "a directory has one name");
    }
    try (Call c = begin()) {
      int parent = c.parentOf(existing);
      int newParent = c.parentOf(name);
      Call.check(Posix.linkat(c.scratch, parent, c.name(existing), newParent, c.otherName(name)));
    }
  }

  @Override
  public void symbolicLink(StoreKey name, String target) throws FileFailure {
    LocalRules.notExisting(name);
    LocalRules.checkTarget(target);
    try (Call c = begin()) {
      int parent = c.parentOf(name);
      MemorySegment to = Scratch.put(c.scratch.path, target);
      Call.check(Posix.symlinkat(c.scratch, to, parent, c.name(name)));
    }
  }

  @Override
  public String readLink(StoreKey key) throws FileFailure {
    if (key.isRoot()) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "is not a symbolic link");
    }
    try (Call c = begin()) {
      int parent = c.parentOf(key);
      int length = Posix.readlinkat(c.scratch, parent, c.name(key));
      Call.check(length);
      ByteBuffer target = c.scratch.path.asSlice(0, length).asByteBuffer();
      return StandardCharsets.ISO_8859_1.decode(target).toString();
    }
  }

  @Override
  public Measure measure(StoreKey key) throws FileFailure {
    try (Call c = begin()) {
      FileAttributes start;
      try {
        start = attributes(c, c.parentOf(key), key);
      } catch (FileFailure failure) {
        if (failure.kind() == Kind.NOT_FOUND) {
          return new Measure(0, 0, false);
        }
        throw failure;
      }
      return new TreeMeasure(c).of(key, start);
    }
  }

  @Override
  public Space space() throws FileFailure {
    try (Call c = begin()) {
      Call.check(Posix.fstatvfs(c.scratch, c.root()));
      return Stat.space(c.scratch.out);
    }
  }

  /** Calls that are under way end as if it were open; later ones are INVALID_HANDLE. */
  @Override
  public void close() {
    try (Scratch s = Scratch.lend()) {
      root.close(s);
    } catch (FileFailure alreadyClosed) {
      // It was only a place to start from: nothing is lost, and closing twice does no harm.
      return;
    }
  }
}
