package io.quaymaster.audit.chain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The last checkpoint of each chain, in a file beside the database: who can change the whole
 * database cannot change what a gateway remembers. The file has the lines of an export. Threads:
 * any.
 */
public final class Anchors {
  private final Path file;
  private final Map<String, Checkpoint> last;

  private Anchors(Path file, Map<String, Checkpoint> last) {
    this.file = file;
    this.last = last;
  }

  /**
   * Reads the file, if it is there.
   *
   * @throws IOException if it cannot be read or holds anything else
   */
  public static Anchors in(Path file) throws IOException {
    return new Anchors(file, Files.exists(file) ? read(file) : new TreeMap<>());
  }

  /**
   * The checkpoints that a file holds, by chain.
   *
   * @throws IOException if it cannot be read or holds anything else
   */
  public static Map<String, Checkpoint> read(Path file) throws IOException {
    Map<String, Checkpoint> last = new TreeMap<>();
    try {
      for (String text : Files.readAllLines(file)) {
        if (!(AuditLines.parse(text) instanceof AuditLines.Line.Signed(Checkpoint checkpoint))) {
          throw new IllegalArgumentException("It is no checkpoint.");
        }
        last.put(checkpoint.chain(), checkpoint);
      }
    } catch (IllegalArgumentException strange) {
      throw new IOException("a line is no checkpoint", strange);
    }
    return last;
  }

  synchronized Optional<Checkpoint> of(String chain) {
    return Optional.ofNullable(last.get(chain));
  }

  /**
   * Keeps these instead of earlier ones.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  synchronized void keep(Collection<Checkpoint> checkpoints) {
    checkpoints.forEach(c -> last.put(c.chain(), c));
    String lines =
        last.values().stream().map(c -> AuditLines.of(c) + "\n").collect(Collectors.joining());
    try {
      Path half = file.resolveSibling(file.getFileName() + ".half");
      Files.writeString(half, lines, StandardCharsets.UTF_8);
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }
}
