package io.quaymaster.files;

import org.jspecify.annotations.Nullable;

/**
 * The one shape in which anything about files is refused or fails. Each face has one table from
 * {@link Kind} to its own words: SFTP statuses, SCP messages, HTTP problems. A failure is an
 * answer, not a defect: it has no stack trace.
 */
public final class FileFailure extends Exception {
  /** Why. The name is the code that clients, logs and the audit show. */
  public enum Kind {
    NOT_FOUND,
    EXISTS,
    NOT_A_DIRECTORY,
    IS_A_DIRECTORY,
    DIRECTORY_NOT_EMPTY,
    /**
     * A component of the path is a symbolic link. Between a store and {@code
     * accountfiles.PathResolver} only; no client sees it.
     */
    LINK_ON_PATH,
    LINK_LOOP,
    NAME_TOO_LONG,
    INVALID_PATH,
    INVALID_ARGUMENT,
    /** The account's policy, or the file's owner, does not allow it. */
    NOT_PERMITTED,
    /** The account is read-only. */
    READ_ONLY,
    /** The account's request list refuses this kind of SFTP request. */
    REQUEST_DENIED,
    /** Neither file nor directory nor link: a device, a socket, a pipe. */
    SPECIAL_FILE,
    QUOTA_BYTES,
    QUOTA_FILES,
    FILE_TOO_LARGE,
    /** The store itself is full; no quota of ours. */
    STORE_FULL,
    /**
     * A rename or link that would leave its store, or take hard-linked bytes to another quota
     * place.
     */
    CROSSES_STORES,
    TOO_MANY_HANDLES,
    INVALID_HANDLE,
    BUSY,
    UNSUPPORTED,
    STORE_ERROR,
    /** The ledger's database does not answer. */
    LEDGER_UNAVAILABLE,
    SESSION_ENDED;

    /** How a failure of this kind is told. */
    public Telling telling() {
      return switch (this) {
        case NOT_FOUND,
            EXISTS,
            NOT_A_DIRECTORY,
            IS_A_DIRECTORY,
            DIRECTORY_NOT_EMPTY,
            LINK_ON_PATH,
            LINK_LOOP,
            NAME_TOO_LONG,
            INVALID_ARGUMENT,
            INVALID_HANDLE,
            SESSION_ENDED ->
            Telling.ORDINARY;
        case INVALID_PATH,
            NOT_PERMITTED,
            READ_ONLY,
            REQUEST_DENIED,
            SPECIAL_FILE,
            QUOTA_BYTES,
            QUOTA_FILES,
            FILE_TOO_LARGE,
            CROSSES_STORES,
            TOO_MANY_HANDLES,
            BUSY,
            UNSUPPORTED ->
            Telling.DENIAL;
        case STORE_FULL, STORE_ERROR, LEDGER_UNAVAILABLE -> Telling.BREAKDOWN;
      };
    }
  }

  /** Who must be able to find a failure again that a client was told. */
  public enum Telling {
    /** Nobody: it is how the files are, or what the session is; any server would say so. */
    ORDINARY,
    /** The gateway does not do what the files would allow: the audit log bears it. */
    DENIAL,
    /** A store or the database fails: the audit log bears it, and the log says why. */
    BREAKDOWN
  }

  private final Kind kind;

  public FileFailure(Kind kind, String message) {
    this(kind, message, null);
  }

  /**
   * @param message for the client: says what is wrong in a few words, never where the file lies on
   *     the server
   */
  public FileFailure(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause, true, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** The text of the refusal; never null. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? kind.name() : message;
  }

  @Override
  public String toString() {
    return kind + ": " + getMessage();
  }
}
