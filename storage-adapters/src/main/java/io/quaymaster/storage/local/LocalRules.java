package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;

/** What both local stores allow. */
final class LocalRules {
  /** Longest path or target of a link: PATH_MAX less its NUL. */
  static final int MAX_PATH_BYTES = Scratch.PATH_BYTES - 1;

  private LocalRules() {}

  /** The server's own access to a file stays. */
  static int fileMode(int mode) {
    return (mode & 0777) | 0600;
  }

  static int directoryMode(int mode) {
    return (mode & 0777) | 0700;
  }

  static void checkTarget(String target) throws FileFailure {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "not the target of a link");
    }
    if (target.length() > MAX_PATH_BYTES) {
      throw new FileFailure(Kind.NAME_TOO_LONG, "the link's target is too long");
    }
  }

  static void notExisting(StoreKey key) throws FileFailure {
    if (key.isRoot()) {
      throw new FileFailure(Kind.EXISTS, "file exists");
    }
  }

  static void notRoot(StoreKey key) throws FileFailure {
    if (key.isRoot()) {
      throw new FileFailure(Kind.BUSY, "the root of a store stays");
    }
  }
}
