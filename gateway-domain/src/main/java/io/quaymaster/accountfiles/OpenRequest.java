package io.quaymaster.accountfiles;

import org.jspecify.annotations.Nullable;

/**
 * How a client wants a file opened: open(2)'s flags, as SFTP and SCP have them.
 *
 * @param append writes go to the end, whatever offset they name
 * @param exclusive with {@code create}: fail if the name is there
 * @param mode permission bits of a new file; null: 0666 less the umask
 */
public record OpenRequest(
    boolean read,
    boolean write,
    boolean append,
    boolean create,
    boolean exclusive,
    boolean truncate,
    @Nullable Integer mode) {
  public static final OpenRequest READ =
      new OpenRequest(true, false, false, false, false, false, null);

  /** As {@code scp} and {@code put} do: a new file, or an old one emptied. */
  public static OpenRequest replace(int mode) {
    return new OpenRequest(false, true, false, true, false, true, mode);
  }

  /** What does not say that it writes, reads: O_RDONLY is 0. */
  boolean reads() {
    return read || !write;
  }

  boolean changes() {
    return write || create || truncate;
  }
}
