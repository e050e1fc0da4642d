package io.quaymaster.files;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Goes through the names in order; what changes behind the last name given is seen. */
final class MemoryListing implements Listing {
  private final MemoryFileStore store;
  private final MemoryNode.Directory directory;
  private String last = "";

  MemoryListing(MemoryFileStore store, MemoryNode.Directory directory) {
    this.store = store;
    this.directory = directory;
  }

  @Override
  public @Nullable Entry next() {
    synchronized (store) {
      Map.Entry<String, MemoryNode> next = directory.entries.higherEntry(last);
      if (next == null) {
        return null;
      }
      last = next.getKey();
      return new Entry(new FileName(last), next.getValue().attributes());
    }
  }

  @Override
  public void close() {}
}
