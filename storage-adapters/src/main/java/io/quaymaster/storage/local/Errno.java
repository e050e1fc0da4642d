package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.IOException;

/**
 * What the kernel answers when it refuses, and what it means to a client: the table from errno to
 * kind. Numbers are those of Linux's asm-generic/errno.h, which x86_64 and aarch64 share.
 */
enum Errno {
  EPERM(1, Kind.NOT_PERMITTED, "operation not permitted"),
  ENOENT(2, Kind.NOT_FOUND, "no such file or directory"),
  EINTR(4, Kind.STORE_ERROR, "interrupted"),
  EIO(5, Kind.STORE_ERROR, "input/output error"),
  ENXIO(6, Kind.SPECIAL_FILE, "is not a regular file"),
  EBADF(9, Kind.INVALID_HANDLE, "not open for this"),
  EAGAIN(11, Kind.BUSY, "in use"),
  ENOMEM(12, Kind.STORE_ERROR, "out of memory"),
  EACCES(13, Kind.NOT_PERMITTED, "permission denied"),
  EBUSY(16, Kind.BUSY, "in use"),
  EEXIST(17, Kind.EXISTS, "file exists"),
  EXDEV(18, Kind.CROSSES_STORES, "not on the same file system"),
  ENODEV(19, Kind.SPECIAL_FILE, "is not a regular file"),
  ENOTDIR(20, Kind.NOT_A_DIRECTORY, "not a directory"),
  EISDIR(21, Kind.IS_A_DIRECTORY, "is a directory"),
  EINVAL(22, Kind.INVALID_ARGUMENT, "invalid argument"),
  ENFILE(23, Kind.TOO_MANY_HANDLES, "too many open files in the system"),
  EMFILE(24, Kind.TOO_MANY_HANDLES, "too many open files"),
  ETXTBSY(26, Kind.BUSY, "in use"),
  EFBIG(27, Kind.FILE_TOO_LARGE, "larger than the file system allows"),
  ENOSPC(28, Kind.STORE_FULL, "no space left in the store"),
  EROFS(30, Kind.NOT_PERMITTED, "read-only file system"),
  EMLINK(31, Kind.STORE_ERROR, "too many links"),
  ENAMETOOLONG(36, Kind.NAME_TOO_LONG, "name too long"),
  ENOSYS(38, Kind.UNSUPPORTED, "not supported by the system"),
  ENOTEMPTY(39, Kind.DIRECTORY_NOT_EMPTY, "directory not empty"),
  ELOOP(40, Kind.LINK_ON_PATH, "a part of the path is a symbolic link"),
  EOVERFLOW(75, Kind.INVALID_ARGUMENT, "number too large"),
  EOPNOTSUPP(95, Kind.UNSUPPORTED, "not supported by the file system"),
  ESTALE(116, Kind.STORE_ERROR, "stale file handle"),
  EDQUOT(122, Kind.STORE_FULL, "no space left in the store");

  final int number;
  private final Kind kind;
  private final String text;

  Errno(int number, Kind kind, String text) {
    this.number = number;
    this.kind = kind;
    this.text = text;
  }

  /** Whether {@code result} of a call of {@link Posix} is this error. */
  boolean is(long result) {
    return result == -number;
  }

  /**
   * @param result of a call of {@link Posix} that failed: the negative errno
   */
  static FileFailure failure(long result) {
    for (Errno errno : values()) {
      if (errno.is(result)) {
        return errno.failure();
      }
    }
    String name = "errno " + -result;
    return new FileFailure(Kind.STORE_ERROR, "the store failed", new IOException(name));
  }

  private FileFailure failure() {
    return kind == Kind.STORE_ERROR
        ? new FileFailure(kind, text, new IOException(name() + " (errno " + number + ")"))
        : new FileFailure(kind, text);
  }
}
