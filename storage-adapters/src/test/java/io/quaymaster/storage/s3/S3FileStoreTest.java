package io.quaymaster.storage.s3;

import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStoreContract;
import io.quaymaster.files.StoreKey;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract on a real S3 server. */
class S3FileStoreTest implements FileStoreContract {
  private S3FileStore store;

  @BeforeEach
  void open() {
    S3Server server = S3Server.shared(S3Server.Backend.MEMORY);
    store =
        new S3Stores(S3Limits.DEFAULTS)
            .open(
                server.settings(server.newBucket(), "in/"),
                new MemoryUploadRecords(),
                new MemoryDirectoryMoves(),
                S3Meters.NONE);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public FileStore store() {
    return store;
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) {
    return Optional.of("a bucket has no special files");
  }

  /** A key of S3 has 1,024 bytes, and a name of odd bytes takes three for each. */
  @Override
  public int longestKeyBytes() {
    return 900;
  }

  /** An object is its key. */
  @Override
  public boolean keepsIdentityOverRename() {
    return false;
  }

  @Override
  public int manyEntries() {
    return 300;
  }

  @Override
  public int listsAhead() {
    return 32;
  }
}
