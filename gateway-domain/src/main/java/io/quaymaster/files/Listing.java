package io.quaymaster.files;

import org.jspecify.annotations.Nullable;

/** A directory being read, entry by entry, in bounded memory. One thread at a time. */
public interface Listing extends AutoCloseable {
  /** An entry, itself not followed if it is a link. Never {@code .} or {@code ..}. */
  record Entry(FileName name, FileAttributes attributes) {}

  /**
   * The next entry; null after the last. An entry that vanishes while the directory is read is left
   * out.
   */
  @Nullable Entry next() throws FileFailure;

  @Override
  void close();
}
