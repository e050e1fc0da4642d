package io.quaymaster.files;

import io.quaymaster.files.FileStore.Capabilities;
import java.util.Optional;

/** The contract holds for a store that has no links: what it lacks, it refuses. */
class MemoryFileStoreWithoutLinksTest implements FileStoreContract {
  private final MemoryFileStore store =
      new MemoryFileStore(new Capabilities(false, false, true, true));

  @Override
  public FileStore store() {
    return store;
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws FileFailure {
    store.plantSpecial(key);
    return Optional.empty();
  }
}
