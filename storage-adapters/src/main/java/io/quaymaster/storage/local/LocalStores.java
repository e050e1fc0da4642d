package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens local folders as stores. */
public final class LocalStores {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStores.class);

  private LocalStores() {}

  /**
   * A folder as a store, confined by the kernel where it can do that, else component by component.
   *
   * @param root a folder that exists. It is the operator's word: links on the way to it are
   *     followed
   * @throws FileFailure NOT_FOUND, NOT_A_DIRECTORY, NOT_PERMITTED; UNSUPPORTED on a system where
   *     nothing can confine a store (Windows)
   */
  public static FileStore open(Path root) throws FileFailure {
    if (Abi.current().isPresent()) {
      try {
        return new LocalFileStore(root);
      } catch (FileFailure failure) {
        // A kernel before 5.6 does not know openat2; some sandboxes forbid what they do not know.
        if (failure.kind() != Kind.UNSUPPORTED && failure.kind() != Kind.NOT_PERMITTED) {
          throw failure;
        }
        LOG.warn("openat2 is refused here ({}): a slower confinement is used", failure.kind());
      }
    }
    return new PortableFileStore(root);
  }

  /** The process's umask, read once; the usual 022 where it cannot be read. */
  public static int processUmask() {
    return Abi.current().isPresent() ? LocalFileStore.UMASK : 022;
  }
}
