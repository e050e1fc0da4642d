package io.quaymaster.quota;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Remembers in the process's own folder which process used it last, so that the next one knows it
 * to be dead and does not wait for its heartbeat to become stale.
 */
final class ProcessMarker {
  private static final String NAME = "process";

  private final Path file;

  ProcessMarker(Path folder) {
    this.file = folder.resolve(NAME);
  }

  Optional<UUID> earlier() {
    try {
      return Files.exists(file)
          ? Optional.of(UUID.fromString(Files.readString(file).strip()))
          : Optional.empty();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (IllegalArgumentException halfWritten) {
      // Then its heartbeat tells.
      return Optional.empty();
    }
  }

  void write(UUID process) {
    try {
      Path next = file.resolveSibling(NAME + ".new");
      Files.writeString(next, process.toString());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
