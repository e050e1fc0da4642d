package io.quaymaster.storage.local;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStoreContract;
import io.quaymaster.files.StoreKey;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real disk without the kernel's help. */
class PortableFileStoreTest implements FileStoreContract {
  @TempDir Path root;
  private @Nullable PortableFileStore store;

  @BeforeEach
  void open() throws Exception {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    assumeFalse(system.startsWith("windows"), "Windows has no SecureDirectoryStream");
    assumeFalse(system.startsWith("mac"), "file systems of macOS refuse names that are not UTF-8");
    store = new PortableFileStore(root);
  }

  @Override
  public FileStore store() {
    return Objects.requireNonNull(store);
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws Exception {
    return SpecialFiles.pipe(root.resolve(key.byteText()));
  }

  /** A channel does not tell the attributes of its file. */
  @Override
  public boolean openFilesKeepTheirAttributes() {
    return false;
  }

  /** The JDK opens a file to set its times, and a link cannot be opened. */
  @Override
  public boolean setsTimesOfLinks() {
    return false;
  }

  /** A {@link Path} has no empty components. */
  @Override
  public boolean keepsTargetsWithEmptyComponents() {
    return false;
  }
}
