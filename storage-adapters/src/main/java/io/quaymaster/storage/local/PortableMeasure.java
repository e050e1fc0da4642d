package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Counts what lies below a directory. Goes to each directory from the root, so that a deep tree
 * needs no more descriptors.
 */
final class PortableMeasure {
  private PortableMeasure() {}

  static Measure below(PortableFileStore store, StoreKey start) throws FileFailure {
    long bytes = 0;
    long files = 0;
    Deque<StoreKey> directories = new ArrayDeque<>();
    directories.add(start);
    while (!directories.isEmpty()) {
      StoreKey directory = directories.pop();
      try (Listing listing = store.list(directory)) {
        for (Listing.Entry e = listing.next(); e != null; e = listing.next()) {
          if (e.attributes().isDirectory()) {
            directories.push(directory.child(e.name()));
          } else {
            files++;
            bytes += e.attributes().isFile() ? e.attributes().sizeBytes() : 0;
          }
        }
      } catch (FileFailure failure) {
        nothing(failure);
      }
    }
    return new Measure(bytes, files, false);
  }

  /** What vanished, or was swapped for something else, measures as zero. */
  static Measure nothing(FileFailure failure) throws FileFailure {
    if (failure.kind() != Kind.NOT_FOUND) {
      throw failure;
    }
    return new Measure(0, 0, false);
  }
}
