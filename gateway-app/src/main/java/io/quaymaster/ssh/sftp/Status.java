package io.quaymaster.ssh.sftp;

import io.quaymaster.files.FileFailure.Kind;

/**
 * The statuses of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7), and which failure is
 * told as which.
 */
enum Status {
  OK(0, "Success"),
  EOF(1, "End of file"),
  NO_SUCH_FILE(2, "No such file"),
  PERMISSION_DENIED(3, "Permission denied"),
  FAILURE(4, "Failure"),
  BAD_MESSAGE(5, "Bad message"),
  OP_UNSUPPORTED(8, "Operation unsupported");

  private final int code;
  private final String text;

  Status(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  String text() {
    return text;
  }

  /** As errno_to_portable in sftp-server.c, by way of the errno that each kind stands for. */
  static Status of(Kind kind) {
    return switch (kind) {
      // ENOENT, ENOTDIR, EBADF, ELOOP
      case NOT_FOUND, NOT_A_DIRECTORY, INVALID_HANDLE, LINK_LOOP, LINK_ON_PATH -> NO_SUCH_FILE;
      // EPERM, EACCES
      case NOT_PERMITTED, READ_ONLY, REQUEST_DENIED, SPECIAL_FILE -> PERMISSION_DENIED;
      // ENAMETOOLONG, EINVAL
      case NAME_TOO_LONG, INVALID_PATH, INVALID_ARGUMENT -> BAD_MESSAGE;
      // EEXIST, EISDIR, ENOTEMPTY, EDQUOT, EFBIG, ENOSPC, EXDEV, EMFILE, EBUSY, EOPNOTSUPP, EIO
      case EXISTS,
          IS_A_DIRECTORY,
          DIRECTORY_NOT_EMPTY,
          QUOTA_BYTES,
          QUOTA_FILES,
          FILE_TOO_LARGE,
          STORE_FULL,
          CROSSES_STORES,
          TOO_MANY_HANDLES,
          BUSY,
          UNSUPPORTED,
          STORE_ERROR,
          LEDGER_UNAVAILABLE,
          SESSION_ENDED ->
          FAILURE;
    };
  }
}
