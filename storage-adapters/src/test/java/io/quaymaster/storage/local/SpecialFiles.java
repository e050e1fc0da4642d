package io.quaymaster.storage.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Makes what Java cannot make, for tests only. */
final class SpecialFiles {
  private SpecialFiles() {}

  /**
   * @return why no pipe can be made here, or empty if it was made
   */
  static Optional<String> pipe(Path path) throws InterruptedException {
    try {
      Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
      int status = mkfifo.waitFor();
      return status == 0 ? Optional.empty() : Optional.of("mkfifo failed with " + status);
    } catch (IOException noSuchProgram) {
      return Optional.of("there is no mkfifo here: " + noSuchProgram.getMessage());
    }
  }
}
