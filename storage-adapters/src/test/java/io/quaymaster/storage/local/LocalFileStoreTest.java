package io.quaymaster.storage.local;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStoreContract;
import io.quaymaster.files.StoreKey;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
}
