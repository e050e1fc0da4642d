package io.quaymaster.files;

/**
 * The port that every place for files implements: a local folder, a bucket.
 *
 * <p>A disk has directories that exist by themselves, links, permission bits, and files that can be
 * written anywhere; a blob store has none of these. What a store lacks it refuses with {@code
 * UNSUPPORTED} and says so in {@link #capabilities()}; what both have, both do alike, and {@code
 * FileStoreContract} is the proof.
 *
 * <p>A store is a dumb driver. It knows nothing of accounts, permissions, quotas or mounts: those
 * stand above it, in {@link AccountFiles}. In return it promises what nobody above it could check:
 *
 * <ul>
 *   <li><b>Confinement.</b> No call reaches anything outside of the store's root, whatever the
 *       names and links inside are and however they change during the call.
 *   <li><b>No link is followed.</b> Not in the middle of a key, not at its end. A call that meets a
 *       link in the middle, or at the end where it would have to go through it (open, create below
 *       it, list), fails with {@code LINK_ON_PATH}. Links get their meaning above, inside the
 *       account's view, where the policy of what they reach is known.
 *   <li><b>Special files</b> (devices, sockets, pipes) are never opened: {@code SPECIAL_FILE}.
 * </ul>
 *
 * <p>Failures, wherever they fit: {@code NOT_FOUND} (nothing there, or its directory is missing),
 * {@code NOT_A_DIRECTORY} (a component before the last is a file), {@code NOT_PERMITTED} (the
 * operating system refuses the gateway), {@code STORE_FULL}, {@code STORE_ERROR} (anything else,
 * with its cause). The root exists and stays: to remove or rename it is {@code BUSY}.
 *
 * <p>Who makes a file or directory keeps reading and writing it: whatever mode is asked for, {@code
 * 0600} (for directories {@code 0700}) is added.
 *
 * <p>Threads: any number, at once. Calls may block.
 */
public interface FileStore extends AutoCloseable {
  /**
   * What the names of files begin with that are not complete. Only {@link #createAside} gives such
   * a name, so a store need not look for anything else under it.
   */
  String ASIDE = ".quaymaster-partial.";

  /**
   * What a store can do beyond the common.
   *
   * @param writesAnywhere any byte of a file can be written at any time, and others see it at once.
   *     Else what is written is an upload: it goes on nearly in order (a write elsewhere is {@code
   *     UNSUPPORTED} and loses nothing), and the name shows it only when the file is closed
   */
  record Capabilities(
      boolean symbolicLinks, boolean hardLinks, boolean permissionBits, boolean writesAnywhere) {}

  /** How a file is opened. */
  enum Access {
    READ,
    WRITE,
    READ_WRITE;

    public boolean reads() {
      return this != WRITE;
    }

    public boolean writes() {
      return this != READ;
    }
  }

  /** Room of the medium itself, in bytes and files; quotas are above this. */
  record Space(long totalBytes, long freeBytes, long totalFiles, long freeFiles) {}

  /**
   * What lies below a key.
   *
   * @param bytes lengths of all files, one that has several names below the key counted once
   * @param files names of whatever is no directory: files, links, special files
   * @param linkedElsewhere a file below the key has a further name somewhere else
   */
  record Measure(long bytes, long files, boolean linkedElsewhere) {}

  Capabilities capabilities();

  /**
   * Opens a file that is there.
   *
   * @throws FileFailure IS_A_DIRECTORY, SPECIAL_FILE, LINK_ON_PATH (also if the last component is a
   *     link) and the common ones
   */
  OpenFile open(StoreKey key, Access access) throws FileFailure;

  /**
   * Makes a new file and opens it; atomically, so that of two callers one is told {@code EXISTS}.
   *
   * @param mode permission bits of the new file, exactly, whatever the process's umask
   * @throws FileFailure EXISTS if anything, also a link, has the name
   */
  OpenFile create(StoreKey key, Access access, int mode) throws FileFailure;

  /**
   * Begins a file that will take another's name when it is complete: {@link #create}, for a store
   * that must know from the start where the bytes go. It is opened again as any file, and
   * attributes, removals, lists and measures know it by its own name.
   *
   * @param target where {@link #publish} will lay it; in the same directory
   */
  default OpenFile createAside(StoreKey aside, StoreKey target, Access access, int mode)
      throws FileFailure {
    return create(aside, access, mode);
  }

  /**
   * Gives a complete file that was begun aside its target's name; what had the name gives way,
   * atomically. If that fails, what the store could keep is still there aside.
   *
   * @throws FileFailure as {@link #rename}
   */
  default void publish(StoreKey aside, StoreKey target) throws FileFailure {
    rename(aside, target, true);
  }

  /** Attributes of what has this very name: of a link, not of its target. */
  FileAttributes attributes(StoreKey key) throws FileFailure;

  /**
   * Sets attributes of what has this very name. Of a link only times can be set; its mode is {@code
   * UNSUPPORTED}.
   */
  void setAttributes(StoreKey key, AttributeChange change) throws FileFailure;

  /**
   * Starts to read a directory.
   *
   * @throws FileFailure NOT_A_DIRECTORY
   */
  Listing list(StoreKey key) throws FileFailure;

  /**
   * @param mode permission bits of the new directory, exactly
   * @throws FileFailure EXISTS
   */
  void makeDirectory(StoreKey key, int mode) throws FileFailure;

  /**
   * @throws FileFailure DIRECTORY_NOT_EMPTY, NOT_A_DIRECTORY (also for a link)
   */
  void removeDirectory(StoreKey key) throws FileFailure;

  /**
   * Removes a name that is not a directory's.
   *
   * @return attributes of what had the name, {@code links} counting what is left: 0 means that its
   *     bytes are free once nobody has it open
   * @throws FileFailure IS_A_DIRECTORY
   */
  FileAttributes remove(StoreKey key) throws FileFailure;

  /**
   * Gives a file, link or directory another name, atomically.
   *
   * @param replace whether an existing target gives way (a file to a file, an empty directory to a
   *     directory); two names of one file are both kept then, as POSIX says. Else EXISTS, also if
   *     the two are one file
   * @throws FileFailure EXISTS, IS_A_DIRECTORY, NOT_A_DIRECTORY, DIRECTORY_NOT_EMPTY,
   *     INVALID_ARGUMENT (a directory into itself)
   */
  void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure;

  /**
   * Gives a file a further name; of a link, the link itself gets it.
   *
   * @throws FileFailure EXISTS, UNSUPPORTED (of a directory: NOT_PERMITTED)
   */
  void hardLink(StoreKey existing, StoreKey name) throws FileFailure;

  /**
   * Makes a symbolic link. The target is kept as it is and never looked at here.
   *
   * @param target byte text, 1 to 4095 bytes without NUL
   * @throws FileFailure EXISTS, UNSUPPORTED, INVALID_ARGUMENT or NAME_TOO_LONG for another target
   */
  void symbolicLink(StoreKey name, String target) throws FileFailure;

  /**
   * @return the target as it was given, as byte text
   * @throws FileFailure INVALID_ARGUMENT if it is not a link, as readlink(2)
   */
  String readLink(StoreKey key) throws FileFailure;

  /** Walks everything below a key, without following links. Nothing there measures as zero. */
  Measure measure(StoreKey key) throws FileFailure;

  Space space() throws FileFailure;

  /**
   * Gives back what the store holds. Files that are open stay usable; later calls of the store are
   * {@code INVALID_HANDLE}.
   */
  @Override
  void close();
}
