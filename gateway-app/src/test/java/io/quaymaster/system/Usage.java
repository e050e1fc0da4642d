package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What somebody holds, by the REST API or by looking.
 *
 * @param limitBytes null: none
 */
record Usage(long bytes, long files, long reservedBytes, @Nullable Long limitBytes) {
  static Usage of(JsonNode json) {
    JsonNode bytes = json.get("bytes");
    JsonNode files = json.get("files");
    return new Usage(
        bytes.get("used").longValue(),
        files.get("used").longValue(),
        bytes.get("reserved").longValue() + files.get("reserved").longValue(),
        bytes.get("limit").isNull() ? null : bytes.get("limit").longValue());
  }

  /** What really lies in a folder, incomplete uploads included. */
  static Usage onDisk(Path folder) {
    long[] seen = {0, 0};
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              seen[0] += attributes.size();
              seen[1]++;
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException removedMeanwhile) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return new Usage(seen[0], seen[1], 0, null);
  }

  /** That what is said is what lies there, and that nothing is reserved any more. */
  void isExactly(Usage disk, String whose) {
    assertThat(new Usage(bytes, files, reservedBytes, null)).as(whose).isEqualTo(disk);
  }

  long leftBytes() {
    return Objects.requireNonNull(limitBytes, "no limit") - bytes;
  }
}
