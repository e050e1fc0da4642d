package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import java.lang.foreign.MemorySegment;

/**
 * One call of a store: memory for the kernel's arguments, the root's descriptor, and the
 * directories opened on the way, all given back at its end. The only place that turns a key into a
 * descriptor, always beneath the root, always without following a link.
 */
final class Call implements AutoCloseable {
  private static final int MAX_PATH = Scratch.PATH_BYTES - 1;
  private static final int NONE = -1;

  final Scratch scratch;
  private final Descriptor rootDescriptor;
  private final int root;
  private int first = NONE;
  private int second = NONE;

  /**
   * @throws FileFailure INVALID_HANDLE if the store is closed
   */
  Call(Descriptor rootDescriptor) throws FileFailure {
    this.rootDescriptor = rootDescriptor;
    this.root = rootDescriptor.enter();
    this.scratch = Scratch.lend();
  }

  int root() {
    return root;
  }

  /**
   * Opens what a key names.
   *
   * @return a descriptor that the caller closes, or the negative errno
   */
  int open(StoreKey key, long flags, int mode) {
    return openBelow(root, key.isRoot() ? "." : key.byteText(), flags, mode);
  }

  /**
   * The directory that holds a key's name: of the root's entries the root itself, without a call.
   *
   * @return a descriptor that this closes; at most two in one call
   */
  int parentOf(StoreKey key) throws FileFailure {
    StoreKey parent = key.parent();
    if (parent.isRoot()) {
      return root;
    }
    int fd = openBelow(root, parent.byteText(), Posix.O_PATH | Posix.O_DIRECTORY, 0);
    checkOpened(fd);
    if (first == NONE) {
      first = fd;
    } else {
      second = fd;
    }
    return fd;
  }

  /**
   * Opens a path beneath a directory. The kernel takes 4,095 bytes at once, and a client's path
   * below a long home is longer, so the way goes from directory to directory, each held open.
   */
  int openBelow(int directory, String path, long flags, int mode) {
    int at = directory;
    int start = 0;
    while (path.length() - start > MAX_PATH) {
      int cut = path.lastIndexOf('/', start + MAX_PATH);
      int next = confined(at, path.substring(start, cut), Posix.O_PATH | Posix.O_DIRECTORY, 0);
      closeUnless(directory, at);
      if (next < 0) {
        return next;
      }
      at = next;
      start = cut + 1;
    }
    int fd = confined(at, path.substring(start), flags, mode);
    closeUnless(directory, at);
    return fd;
  }

  private int confined(int directory, String path, long flags, int mode) {
    MemorySegment bytes = Scratch.put(scratch.path, path);
    int fd = Posix.openat2(scratch, directory, bytes, flags, mode, Posix.RESOLVE_CONFINED);
    // The kernel says EXDEV when a directory on the way was moved out of the root meanwhile.
    return Errno.EXDEV.is(fd) ? -Errno.ENOENT.number : fd;
  }

  private void closeUnless(int given, int fd) {
    if (fd != given) {
      Posix.close(scratch, fd);
    }
  }

  /** The key's last component as an argument. */
  MemorySegment name(StoreKey key) {
    return Scratch.put(scratch.name, key.name());
  }

  MemorySegment otherName(StoreKey key) {
    return Scratch.put(scratch.otherName, key.name());
  }

  static void check(long result) throws FileFailure {
    if (result < 0) {
      throw Errno.failure(result);
    }
  }

  static int checkOpened(int fd) throws FileFailure {
    check(fd);
    return fd;
  }

  @Override
  public void close() {
    if (first != NONE) {
      Posix.close(scratch, first);
    }
    if (second != NONE) {
      Posix.close(scratch, second);
    }
    rootDescriptor.leave(scratch);
    scratch.close();
  }
}
