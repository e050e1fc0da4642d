package io.quaymaster.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files that hold secrets: whole or not there, and for nobody else. */
final class PrivateFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private PrivateFiles() {}

  /** Makes a folder (0700) and its parents, unless it is there. */
  static void makeFolder(Path folder) throws IOException {
    Files.createDirectories(folder, mode("rwx------"));
  }

  /**
   * Writes a file with mode 0600, so that after a crash at any moment it is whole or not there.
   * Callers hold the data folder's lock, so nobody else writes it.
   */
  static void write(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path half = file.resolveSibling(file.getFileName() + ".half");
    Files.deleteIfExists(half);
    try (FileChannel channel =
        FileChannel.open(
            half,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    if (POSIX && folder != null) {
      // The name itself is safe only when the folder is.
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /**
   * Refuses a secret that others could read or change.
   *
   * @param groupMayRead what a mounted Kubernetes secret with an fsGroup needs
   * @throws StartupFailure naming the file, its mode and the remedy
   */
  static void requirePrivate(Path file, boolean groupMayRead) throws IOException {
    if (!POSIX) {
      return;
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    Set<PosixFilePermission> tooMuch = EnumSet.copyOf(OTHERS);
    if (groupMayRead) {
      tooMuch.remove(PosixFilePermission.GROUP_READ);
    }
    tooMuch.retainAll(mode);
    if (!tooMuch.isEmpty()) {
      throw new StartupFailure(
          "The file %s is open to others (its mode is %s), and it holds a secret. Run: chmod %s %s"
              .formatted(
                  file,
                  PosixFilePermissions.toString(mode),
                  groupMayRead ? "o=,g-wx" : "600",
                  file));
    }
  }

  private static FileAttribute<?>[] mode(String mode) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
