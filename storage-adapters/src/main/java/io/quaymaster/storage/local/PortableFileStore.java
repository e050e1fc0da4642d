package io.quaymaster.storage.local;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder of the local disk where {@link LocalFileStore} cannot be: another system than Linux, or
 * a kernel or sandbox without openat2. Each call goes from the root one component at a time through
 * {@link java.nio.file.SecureDirectoryStream}, never through a link. It costs several times as
 * much.
 *
 * <p>What java.nio.file has no descriptor-relative call for, limits it:
 *
 * <ul>
 *   <li>Hard links: {@code UNSUPPORTED}. Link counts are 1, or 0 for what was removed, also of a
 *       file that got a second name behind the store's back.
 *   <li>A new directory or link is made in the root under a name of its own and moved to its place.
 *       A crash just then leaves it there ({@code .quaymaster-…}).
 *   <li>Reading a link's target goes by path. Its identity is compared before and after, and no
 *       name of this store changes meanwhile; another process that swaps a directory for a link at
 *       the right moment could make it read the target of a link outside. Nothing else goes by
 *       path.
 *   <li>Times of links, and targets with doubled or trailing slashes: {@code UNSUPPORTED}.
 *   <li>Attributes of an open file whose name changed: see {@link PortableOpenFile}.
 *   <li>Names are unique, and creation of directories and links exclusive, within this process
 *       only.
 *   <li>Inodes are not counted: {@code space()} says 0 files of 0.
 *   <li>Which names of bytes other than UTF-8 are possible is the file system's decision: all on
 *       Linux, none on macOS ({@code INVALID_PATH}).
 *   <li>An interrupt of the thread closes the file that it reads or writes, as {@link
 *       java.nio.channels.FileChannel} says.
 * </ul>
 */
final class PortableFileStore implements FileStore {
  private static final Capabilities CAPABILITIES = new Capabilities(true, false, true, true);

  private final Path root;

  /** Held for writing while a name changes. */
  private final ReentrantReadWriteLock names = new ReentrantReadWriteLock();

  private volatile boolean closed;

  /**
   * @throws FileFailure UNSUPPORTED where directories cannot be held open (Windows), and the common
   *     ones
   */
  PortableFileStore(Path root) throws FileFailure {
    this.root = root.toAbsolutePath();
    SecureDirectory.open(this.root).close();
  }

  private SecureDirectory directory(StoreKey key) throws FileFailure {
    if (closed) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the store is closed");
    }
    return SecureDirectory.open(root).descend(key);
  }

  /** A call that changes names, alone. */
  private interface Change<T extends @Nullable Object> {
    T make() throws FileFailure, IOException;
  }

  private <T extends @Nullable Object> T changing(Change<T> change) throws FileFailure {
    names.writeLock().lock();
    try {
      return change.make();
    } catch (IOException e) {
      throw NioFailure.of(e);
    } finally {
      names.writeLock().unlock();
    }
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public OpenFile open(StoreKey key, Access access) throws FileFailure {
    try (SecureDirectory parent = directory(key.parent())) {
      FileAttributes found = parent.attributes(key.name());
      switch (found.type()) {
        case DIRECTORY -> throw new FileFailure(Kind.IS_A_DIRECTORY, "is a directory");
        case LINK -> throw new FileFailure(Kind.LINK_ON_PATH, "is a symbolic link");
        case SPECIAL -> throw new FileFailure(Kind.SPECIAL_FILE, "is not a regular file");
        case FILE -> {}
      }
      Set<OpenOption> options = new HashSet<>(Set.of(LinkOption.NOFOLLOW_LINKS));
      if (access.reads()) {
        options.add(StandardOpenOption.READ);
      }
      if (access.writes()) {
        options.add(StandardOpenOption.WRITE);
      }
      var channel = parent.stream.newByteChannel(RawNames.name(key.name()), options);
      return new PortableOpenFile(this, key, (FileChannel) channel, access, found);
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    LocalRules.notExisting(key);
    Set<OpenOption> options =
        Set.of(
            LinkOption.NOFOLLOW_LINKS,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    var permissions = SecureDirectory.permissions(LocalRules.fileMode(mode));
    return changing(
        () -> {
          try (SecureDirectory parent = directory(key.parent())) {
            var channel =
                parent.stream.newByteChannel(
                    RawNames.name(key.name()),
                    options,
                    PosixFilePermissions.asFileAttribute(permissions));
            parent.view(key.name()).setPermissions(permissions);
            FileAttributes made = parent.attributes(key.name());
            return new PortableOpenFile(this, key, (FileChannel) channel, access, made);
          }
        });
  }

  @Override
  public FileAttributes attributes(StoreKey key) throws FileFailure {
    try (SecureDirectory parent = directory(key.parent())) {
      return parent.attributes(key.name());
    }
  }

  @Override
  public void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    if (change.isNone()) {
      attributes(key);
      return;
    }
    try (SecureDirectory parent = directory(key.parent())) {
      int keep =
          switch (parent.attributes(key.name()).type()) {
            case FILE -> 0600;
            case DIRECTORY -> 0700;
            case LINK -> throw new FileFailure(Kind.UNSUPPORTED, "attributes of a link");
            // Setting anything would open it, and opening a pipe waits.
            case SPECIAL -> throw new FileFailure(Kind.SPECIAL_FILE, "is not a regular file");
          };
      PosixFileAttributeView view = parent.view(key.name());
      Integer mode = change.mode();
      if (mode != null) {
        view.setPermissions(SecureDirectory.permissions((mode & 0777) | keep));
      }
      AttributeChange.Times times = change.times();
      if (times != null) {
        view.setTimes(time(times.modifiedSeconds()), time(times.accessedSeconds()), null);
      }
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  private static FileTime time(long seconds) {
    return FileTime.fromMillis(Math.multiplyExact(seconds, 1000L));
  }

  @Override
  public Listing list(StoreKey key) throws FileFailure {
    return new PortableListing(directory(key));
  }

  @Override
  public void makeDirectory(StoreKey key, int mode) throws FileFailure {
    var permissions = SecureDirectory.permissions((mode & 0777) | 0700);
    bringIn(
        key,
        made -> {
          Files.createDirectory(made);
          Files.setPosixFilePermissions(made, permissions);
        });
  }

  @Override
  public void symbolicLink(StoreKey name, String target) throws FileFailure {
    LocalRules.checkTarget(target);
    if (target.contains("//") || (target.endsWith("/") && target.length() > 1)) {
      throw new FileFailure(Kind.UNSUPPORTED, "this store cannot keep such a target");
    }
    Path relative = RawNames.path(target.startsWith("/") ? target.substring(1) : target);
    Path exact = target.startsWith("/") ? Path.of("/").resolve(relative) : relative;
    bringIn(name, made -> Files.createSymbolicLink(made, exact));
  }

  /** Makes something at a path of the root, which nobody can have swapped for a link. */
  private interface Maker {
    void make(Path path) throws IOException;
  }

  private void bringIn(StoreKey key, Maker maker) throws FileFailure {
    LocalRules.notExisting(key);
    changing(
        () -> {
          try (SecureDirectory parent = directory(key.parent());
              SecureDirectory top = directory(StoreKey.ROOT)) {
            if (parent.attributesIfThere(key.name()) != null) {
              throw new FileFailure(Kind.EXISTS, "file exists");
            }
            Path made = Path.of(".quaymaster-" + UUID.randomUUID());
            try {
              maker.make(root.resolve(made));
              top.stream.move(made, parent.stream, RawNames.name(key.name()));
            } catch (IOException e) {
              Files.deleteIfExists(root.resolve(made));
              throw e;
            }
          }
          return null;
        });
  }

  @Override
  public void removeDirectory(StoreKey key) throws FileFailure {
    LocalRules.notRoot(key);
    changing(
        () -> {
          try (SecureDirectory parent = directory(key.parent())) {
            if (!parent.attributes(key.name()).isDirectory()) {
              throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
            }
            parent.stream.deleteDirectory(RawNames.name(key.name()));
          }
          return null;
        });
  }

  @Override
  public FileAttributes remove(StoreKey key) throws FileFailure {
    return changing(
        () -> {
          try (SecureDirectory parent = directory(key.parent())) {
            FileAttributes gone = parent.attributes(key.name());
            if (gone.isDirectory()) {
              throw new FileFailure(Kind.IS_A_DIRECTORY, "is a directory");
            }
            parent.stream.deleteFile(RawNames.name(key.name()));
            return new FileAttributes(
                gone.type(),
                gone.sizeBytes(),
                gone.mode(),
                0,
                gone.modifiedSeconds(),
                gone.accessedSeconds(),
                gone.identity());
          }
        });
  }

  @Override
  public void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    LocalRules.notRoot(from);
    LocalRules.notRoot(to);
    changing(
        () -> {
          try (SecureDirectory parent = directory(from.parent());
              SecureDirectory newParent = directory(to.parent())) {
            FileAttributes file = parent.attributes(from.name());
            FileAttributes target = newParent.attributesIfThere(to.name());
            checkRename(from, to, replace, file, target);
            if (target == null || !target.identity().equals(file.identity())) {
              Path name = RawNames.name(from.name());
              parent.stream.move(name, newParent.stream, RawNames.name(to.name()));
            }
          }
          return null;
        });
  }

  private static void checkRename(
      StoreKey from,
      StoreKey to,
      boolean replace,
      FileAttributes file,
      @Nullable FileAttributes target)
      throws FileFailure {
    if (target != null && !replace) {
      throw new FileFailure(Kind.EXISTS, "file exists");
    }
    if (to.startsWith(from) && !to.equals(from)) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "a directory cannot be moved into itself");
    }
    if (target == null || target.isDirectory() == file.isDirectory()) {
      return;
    }
    if (from.startsWith(to)) {
      throw new FileFailure(Kind.DIRECTORY_NOT_EMPTY, "directory not empty");
    }
    throw target.isDirectory()
        ? new FileFailure(Kind.IS_A_DIRECTORY, "is a directory")
        : new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
  }

  @Override
  public void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    throw new FileFailure(Kind.UNSUPPORTED, "this store has no hard links");
  }

  @Override
  public String readLink(StoreKey key) throws FileFailure {
    names.readLock().lock();
    try {
      FileAttributes.Identity before = linkIdentity(key);
      Path target = Files.readSymbolicLink(root.resolve(RawNames.path(key.byteText())));
      if (!linkIdentity(key).equals(before)) {
        throw new FileFailure(Kind.BUSY, "the link was changed meanwhile");
      }
      return RawNames.byteText(target);
    } catch (IOException e) {
      throw NioFailure.of(e);
    } finally {
      names.readLock().unlock();
    }
  }

  private FileAttributes.Identity linkIdentity(StoreKey key) throws FileFailure {
    FileAttributes found = attributes(key);
    if (!found.isLink()) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "is not a symbolic link");
    }
    return found.identity();
  }

  @Override
  public Measure measure(StoreKey key) throws FileFailure {
    try (SecureDirectory parent = directory(key.parent())) {
      FileAttributes start = parent.attributesIfThere(key.name());
      if (start != null && !start.isDirectory()) {
        return new Measure(start.isFile() ? start.sizeBytes() : 0, 1, false);
      }
    } catch (FileFailure failure) {
      return PortableMeasure.nothing(failure);
    }
    return PortableMeasure.below(this, key);
  }

  @Override
  public Space space() throws FileFailure {
    directory(StoreKey.ROOT).close();
    try {
      var medium = Files.getFileStore(root);
      return new Space(medium.getTotalSpace(), medium.getUsableSpace(), 0, 0);
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
