package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders of tests, also with names that no Java string can hold. */
final class TestFolders {
  private TestFolders() {}

  /** Removes a folder with everything in it. A process does it, because names may be any bytes. */
  static void delete(Path folder) {
    try {
      int status =
          new ProcessBuilder("rm", "-rf", "--", folder.toString()).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("cannot remove " + folder);
      }
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** A file that only its owner may read. */
  static Path writePrivate(Path file, String text, String mode) {
    try {
      Files.writeString(file, text);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
  }
}
