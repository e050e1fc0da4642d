package io.quaymaster.storage.local;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileStore;
import io.quaymaster.files.RenameContract;
import io.quaymaster.files.StoreKey;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Renames are the same on a file system that does not know RENAME_NOREPLACE. */
class LocalFileStoreWithoutNoReplaceTest implements RenameContract {
  @TempDir Path root;
  private @Nullable LocalFileStore store;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(Abi.current().isPresent(), "the kernel's confinement is Linux's");
    store = new LocalFileStore(root, false);
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
}
