package io.quaymaster.storage.local;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileStore.Space;
import java.lang.foreign.MemorySegment;

/**
 * Reads the structures that the kernel fills: struct statx (statx(2), the same on every processor)
 * and struct statvfs (fstatvfs(3), the same on 64-bit Linux with glibc and musl).
 */
final class Stat {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFDIR = 0040000;
  private static final int S_IFLNK = 0120000;

  private Stat() {}

  static FileAttributes attributes(MemorySegment statx) {
    int mode = statx.get(JAVA_SHORT, 28);
    long device =
        Integer.toUnsignedLong(statx.get(JAVA_INT, 136)) << 32
            | Integer.toUnsignedLong(statx.get(JAVA_INT, 140));
    return new FileAttributes(
        type(mode),
        statx.get(JAVA_LONG, 40),
        mode & 0777,
        statx.get(JAVA_INT, 16),
        statx.get(JAVA_LONG, 112),
        statx.get(JAVA_LONG, 64),
        new FileAttributes.Identity(device, statx.get(JAVA_LONG, 32)));
  }

  static FileAttributes.Type type(MemorySegment statx) {
    return type(statx.get(JAVA_SHORT, 28));
  }

  private static FileAttributes.Type type(int mode) {
    return switch (mode & S_IFMT) {
      case S_IFREG -> FileAttributes.Type.FILE;
      case S_IFDIR -> FileAttributes.Type.DIRECTORY;
      case S_IFLNK -> FileAttributes.Type.LINK;
      default -> FileAttributes.Type.SPECIAL;
    };
  }

  /** Free is what is free to this process, not to root. */
  static Space space(MemorySegment statvfs) {
    long blockBytes = statvfs.get(JAVA_LONG, 8);
    return new Space(
        blockBytes * statvfs.get(JAVA_LONG, 16),
        blockBytes * statvfs.get(JAVA_LONG, 32),
        statvfs.get(JAVA_LONG, 40),
        statvfs.get(JAVA_LONG, 56));
  }
}
