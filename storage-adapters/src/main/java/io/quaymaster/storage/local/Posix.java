package io.quaymaster.storage.local;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The calls into the Linux kernel, as they are, each relative to a descriptor. A result below zero
 * is the negative errno, as the kernel itself gives it; {@link Errno} reads it. A call that a
 * signal interrupts is repeated here.
 *
 * <p>Any thread, each with a {@link Scratch} of its own. Loading this class fails where {@link
 * Abi#current()} is empty.
 */
final class Posix {
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_EMPTY_PATH = 0x1000;

  static final long O_WRONLY = 01;
  static final long O_RDWR = 02;
  static final long O_CREAT = 0100;
  static final long O_EXCL = 0200;
  static final long O_NOCTTY = 0400;
  static final long O_NONBLOCK = 04000;
  static final long O_NOATIME = 01000000;
  static final long O_CLOEXEC = 02000000;
  static final long O_PATH = 010000000;

  static final int RENAME_NOREPLACE = 1;

  /** RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH: openat2(2). */
  static final long RESOLVE_CONFINED = 0x02 | 0x04 | 0x08;

  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final long OPEN_HOW_BYTES = 24;

  private static final Abi ABI =
      Abi.current().orElseThrow(() -> new UnsupportedOperationException("not a known Linux"));

  static final long O_DIRECTORY = ABI.openDirectory();
  static final long O_NOFOLLOW = ABI.openNoFollow();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private static final ValueLayout.OfInt FD = JAVA_INT;
  private static final MethodHandle OPENAT2 = syscall(FD, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle STATX = syscall(FD, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle GETDENTS64 = syscall(FD, ADDRESS, JAVA_LONG);
  private static final MethodHandle RENAMEAT2 = syscall(FD, ADDRESS, FD, ADDRESS, JAVA_INT);
  private static final MethodHandle COPY_FILE_RANGE =
      syscall(FD, ADDRESS, FD, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, FD);
  private static final MethodHandle PREAD =
      call("pread", JAVA_LONG, FD, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      call("pwrite", JAVA_LONG, FD, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FTRUNCATE = call("ftruncate", JAVA_INT, FD, JAVA_LONG);
  private static final MethodHandle FCHMOD = call("fchmod", JAVA_INT, FD, JAVA_INT);
  private static final MethodHandle FSYNC = call("fsync", JAVA_INT, FD);
  private static final MethodHandle FUTIMENS = call("futimens", JAVA_INT, FD, ADDRESS);
  private static final MethodHandle UTIMENSAT =
      call("utimensat", JAVA_INT, FD, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle MKDIRAT = call("mkdirat", JAVA_INT, FD, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT = call("unlinkat", JAVA_INT, FD, ADDRESS, JAVA_INT);
  private static final MethodHandle LINKAT =
      call("linkat", JAVA_INT, FD, ADDRESS, FD, ADDRESS, JAVA_INT);
  private static final MethodHandle SYMLINKAT = call("symlinkat", JAVA_INT, ADDRESS, FD, ADDRESS);
  private static final MethodHandle READLINKAT =
      call("readlinkat", JAVA_LONG, FD, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSTATVFS = call("fstatvfs", JAVA_INT, FD, ADDRESS);
  private static final MethodHandle UMASK = call("umask", JAVA_INT, JAVA_INT);

  private Posix() {}

  private static MethodHandle call(String name, ValueLayout result, ValueLayout... arguments) {
    MemorySegment function = LINKER.defaultLookup().findOrThrow(name);
    return LINKER.downcallHandle(function, FunctionDescriptor.of(result, arguments), ERRNO);
  }

  /** syscall(2), whose arguments after the number are variadic. */
  private static MethodHandle syscall(ValueLayout... arguments) {
    ValueLayout[] all = new ValueLayout[arguments.length + 1];
    all[0] = JAVA_LONG;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(JAVA_LONG, all),
        ERRNO,
        Linker.Option.firstVariadicArg(1));
  }

  private static long result(Scratch s, long result) {
    return result < 0 ? -s.errnoValue() : result;
  }

  private static boolean interrupted(long result) {
    return Errno.EINTR.is(result);
  }

  /** A method handle throws what the method does: here, nothing but a defect. */
  private static IllegalStateException defect(Throwable thrown) {
    return new IllegalStateException("a call into the kernel could not be made", thrown);
  }

  /**
   * @param path relative to {@code directory}
   * @param resolve {@link #RESOLVE_CONFINED}, or 0 for a path that the operator wrote
   */
  static int openat2(
      Scratch s, int directory, MemorySegment path, long flags, int mode, long resolve) {
    s.in.set(JAVA_LONG, 0, flags | O_CLOEXEC);
    s.in.set(JAVA_LONG, 8, mode);
    s.in.set(JAVA_LONG, 16, resolve);
    try {
      long result;
      do {
        result =
            result(
                s,
                (long)
                    OPENAT2.invokeExact(
                        s.errno, Abi.OPENAT2, directory, path, s.in, OPEN_HOW_BYTES));
      } while (interrupted(result));
      return (int) result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Fills {@code s.out} for {@link Stat}. */
  static long statx(Scratch s, int directory, MemorySegment name, int flags) {
    try {
      return result(
          s,
          (long)
              STATX.invokeExact(
                  s.errno, ABI.statx(), directory, name, flags, STATX_BASIC_STATS, s.out));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Fills {@code s.block}. */
  static int getdents64(Scratch s, int directory) {
    try {
      return (int)
          result(
              s,
              (long)
                  GETDENTS64.invokeExact(
                      s.errno, ABI.getdents64(), directory, s.block, s.block.byteSize()));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long renameat2(
      Scratch s, int from, MemorySegment name, int to, MemorySegment newName, int flags) {
    try {
      return result(
          s,
          (long) RENAMEAT2.invokeExact(s.errno, ABI.renameat2(), from, name, to, newName, flags));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long copyFileRange(
      Scratch s, int from, long offset, int to, long targetOffset, long length) {
    MemorySegment fromAt = s.in;
    MemorySegment toAt = s.in.asSlice(8);
    try {
      long result;
      do {
        fromAt.set(JAVA_LONG, 0, offset);
        toAt.set(JAVA_LONG, 0, targetOffset);
        result =
            result(
                s,
                (long)
                    COPY_FILE_RANGE.invokeExact(
                        s.errno, ABI.copyFileRange(), from, fromAt, to, toAt, length, 0));
      } while (interrupted(result));
      return result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Not repeated when interrupted: Linux has released the descriptor all the same. */
  static long close(Scratch s, int fd) {
    try {
      long result = result(s, (int) CLOSE.invokeExact(s.errno, fd));
      return interrupted(result) ? 0 : result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long pread(Scratch s, int fd, MemorySegment into, long length, long offset) {
    try {
      long result;
      do {
        result = result(s, (long) PREAD.invokeExact(s.errno, fd, into, length, offset));
      } while (interrupted(result));
      return result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long pwrite(Scratch s, int fd, MemorySegment from, long length, long offset) {
    try {
      long result;
      do {
        result = result(s, (long) PWRITE.invokeExact(s.errno, fd, from, length, offset));
      } while (interrupted(result));
      return result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long ftruncate(Scratch s, int fd, long size) {
    try {
      long result;
      do {
        result = result(s, (int) FTRUNCATE.invokeExact(s.errno, fd, size));
      } while (interrupted(result));
      return result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long fsync(Scratch s, int fd) {
    try {
      long result;
      do {
        result = result(s, (int) FSYNC.invokeExact(s.errno, fd));
      } while (interrupted(result));
      return result;
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long fchmod(Scratch s, int fd, int mode) {
    try {
      return result(s, (int) FCHMOD.invokeExact(s.errno, fd, mode));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long futimens(Scratch s, int fd, long accessedSeconds, long modifiedSeconds) {
    times(s, accessedSeconds, modifiedSeconds);
    try {
      return result(s, (int) FUTIMENS.invokeExact(s.errno, fd, s.in));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Does not follow a link. */
  static long utimensat(
      Scratch s, int directory, MemorySegment name, long accessedSeconds, long modifiedSeconds) {
    times(s, accessedSeconds, modifiedSeconds);
    try {
      return result(
          s, (int) UTIMENSAT.invokeExact(s.errno, directory, name, s.in, AT_SYMLINK_NOFOLLOW));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Two struct timespec. */
  private static void times(Scratch s, long accessedSeconds, long modifiedSeconds) {
    s.in.set(JAVA_LONG, 0, accessedSeconds);
    s.in.set(JAVA_LONG, 8, 0);
    s.in.set(JAVA_LONG, 16, modifiedSeconds);
    s.in.set(JAVA_LONG, 24, 0);
  }

  static long mkdirat(Scratch s, int directory, MemorySegment name, int mode) {
    try {
      return result(s, (int) MKDIRAT.invokeExact(s.errno, directory, name, mode));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long unlinkat(Scratch s, int directory, MemorySegment name, int flags) {
    try {
      return result(s, (int) UNLINKAT.invokeExact(s.errno, directory, name, flags));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Does not follow a link: it gets the further name itself. */
  static long linkat(Scratch s, int from, MemorySegment name, int to, MemorySegment newName) {
    try {
      return result(s, (int) LINKAT.invokeExact(s.errno, from, name, to, newName, 0));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  static long symlinkat(Scratch s, MemorySegment target, int directory, MemorySegment name) {
    try {
      return result(s, (int) SYMLINKAT.invokeExact(s.errno, target, directory, name));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /**
   * @return bytes of the target put into {@code s.path}
   */
  static int readlinkat(Scratch s, int directory, MemorySegment name) {
    try {
      long room = s.path.byteSize();
      return (int) result(s, (long) READLINKAT.invokeExact(s.errno, directory, name, s.path, room));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /** Fills {@code s.out} for {@link Stat#space}. */
  static long fstatvfs(Scratch s, int fd) {
    try {
      return result(s, (int) FSTATVFS.invokeExact(s.errno, fd, s.out));
    } catch (Throwable e) {
      throw defect(e);
    }
  }

  /**
   * The process's file mode creation mask. The kernel tells it only to who sets it; in between, the
   * mask is a strict one, so that what another thread makes meanwhile is rather too private.
   */
  static int umask() {
    try (Scratch s = Scratch.lend()) {
      int mask = (int) UMASK.invokeExact(s.errno, 0077);
      int strict = (int) UMASK.invokeExact(s.errno, mask);
      if (strict != 0077) {
        throw new IllegalStateException("something else sets the umask at the same time");
      }
      return mask;
    } catch (Throwable e) {
      throw defect(e);
    }
  }
}
