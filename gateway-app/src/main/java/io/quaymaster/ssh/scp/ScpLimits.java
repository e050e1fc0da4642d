package io.quaymaster.ssh.scp;

/** What one SCP command may ask for. */
final class ScpLimits {
  /** Longest command line, in bytes: MAX_ARG_STRLEN of Linux, which bounds it where a shell is. */
  static final int LINE_BYTES = 128 << 10;

  /** Words of a command line. */
  static final int LINE_WORDS = 1024;

  /** Longest control record without its newline, in bytes: as scp.c's buffer. */
  static final int RECORD_BYTES = 2046;

  /**
   * A client reads messages of up to 2047 bytes (scp.c's buffer) and loses its place in longer
   * ones. So many characters of a path and of a reason, each of at most three bytes, stay below.
   */
  static final int MESSAGE_PATH_CHARS = 400;

  static final int MESSAGE_REASON_CHARS = 240;

  /** Directories inside each other that are sent; each holds an open directory meanwhile. */
  static final int DEPTH = 512;

  /** Reserved at a time for an upload, in bytes. */
  static final int RESERVE_BYTES = 1 << 20;

  /** Paths that the wildcards of one argument may stand for. */
  static final int MATCHES = 10_000;

  /** Bytes of those paths together. */
  static final int MATCHED_BYTES = 4 << 20;

  /** Directory entries that are looked at for one argument. */
  static final int ENTRIES = 1_000_000;

  private ScpLimits() {}
}
