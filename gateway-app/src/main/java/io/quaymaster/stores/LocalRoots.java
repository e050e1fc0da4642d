package io.quaymaster.stores;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folders below which local stores may lie. A store that is there already stays in its root; a
 * new one goes to the first.
 *
 * @param roots at least one, in the order of the settings
 */
public record LocalRoots(List<Path> roots) {
  public LocalRoots {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("no local root");
    }
  }

  /** Where a store lies, or would lie. */
  Path folderOf(StoreKey path) {
    String text = new String(ByteText.bytes(path.byteText()), StandardCharsets.UTF_8);
    return roots.stream()
        .map(root -> root.resolve(text))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseGet(() -> roots.getFirst().resolve(text));
  }

  /** Makes the roots that are missing. */
  public LocalRoots prepared() throws IOException {
    for (Path root : roots) {
      Files.createDirectories(root);
    }
    return this;
  }
}
