package io.quaymaster.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStoreContract;
import io.quaymaster.files.StoreKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real disk, confined by the kernel. */
class LocalFileStoreTest implements FileStoreContract {
  @TempDir Path root;
  private @Nullable LocalFileStore store;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(Abi.current().isPresent(), "the kernel's confinement is Linux's");
    store = new LocalFileStore(root);
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  @Override
  public FileStore store() {
    return Objects.requireNonNull(store);
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws Exception {
    return SpecialFiles.pipe(root.resolve(key.byteText()));
  }

  @Test
  void whoMeasuresLeavesNoTrace() throws Exception {
    StoreKey folder = StoreKey.ROOT.child(FileName.ofUnicode("d"));
    StoreKey below = folder.child(FileName.ofUnicode("e"));
    store().makeDirectory(folder, 0755);
    store().makeDirectory(below, 0755);
    FileTime longAgo = FileTime.fromMillis(1_000_000_000_000L);
    for (StoreKey key : List.of(below, folder)) {
      Path path = root.resolve(key.byteText());
      Files.setAttribute(path, "lastAccessTime", longAgo);
      store().measure(folder);
      assertThat(Files.getAttribute(path, "lastAccessTime")).isEqualTo(longAgo);
    }
  }
}
