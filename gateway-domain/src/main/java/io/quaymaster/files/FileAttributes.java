package io.quaymaster.files;

/**
 * What a store knows of a file.
 *
 * @param sizeBytes length; for a link the length of its target
 * @param mode permission bits only ({@code 0777})
 * @param links hard links to it; 0 once it has no name
 * @param modifiedSeconds since 1970-01-01 UTC
 * @param accessedSeconds since 1970-01-01 UTC
 * @param identity the same for two names of one file
 */
public record FileAttributes(
    Type type,
    long sizeBytes,
    int mode,
    int links,
    long modifiedSeconds,
    long accessedSeconds,
    Identity identity) {
  /** SPECIAL: a device, a socket, a pipe. Listed and named, never opened. */
  public enum Type {
    FILE,
    DIRECTORY,
    LINK,
    SPECIAL
  }

  /**
   * Which file it is within its store, whatever its name.
   *
   * @param device 0 where a store has only one
   * @param number inode number, or a store's own
   */
  public record Identity(long device, long number) {}

  public boolean isFile() {
    return type == Type.FILE;
  }

  public boolean isDirectory() {
    return type == Type.DIRECTORY;
  }

  public boolean isLink() {
    return type == Type.LINK;
  }
}
