package io.quaymaster.files;

import java.nio.ByteBuffer;

/**
 * An open file of a {@link FileStore}. It stays the same file when its name is changed or removed.
 *
 * <p>Threads: any number may read; whoever writes, changes the size or closes keeps others out
 * ({@link AccountFiles} does).
 */
public interface OpenFile {
  FileAttributes attributes() throws FileFailure;

  /**
   * Reads at an offset until {@code into} is full or the file ends.
   *
   * @return bytes read, 0 at or behind the end of the file
   */
  int read(long offset, ByteBuffer into) throws FileFailure;

  /**
   * Writes all of {@code from} at an offset; behind the end, the gap reads as zeros.
   *
   * @throws FileFailure STORE_FULL, STORE_ERROR: then some of it may have been written
   */
  void write(long offset, ByteBuffer from) throws FileFailure;

  /** Cuts the file, or lengthens it with zeros. */
  void setSize(long sizeBytes) throws FileFailure;

  void setAttributes(AttributeChange change) throws FileFailure;

  /** Returns once what was written is on the store's stable storage. */
  void sync() throws FileFailure;

  /**
   * Copies within the store, without the bytes passing through the process where the store can do
   * that.
   *
   * @param target open for writing, of the same store; the ranges do not overlap if it is the same
   *     file
   * @return bytes copied: fewer than {@code length} only at the end of this file
   */
  long copyTo(OpenFile target, long offset, long targetOffset, long length) throws FileFailure;

  /**
   * Of a file that will not be completed now: keeps what was written so that it can be gone on with
   * after {@link #close}. {@link #attributes} says afterwards how much that is, also if this fails.
   * Nothing to do for a store that keeps every write.
   */
  default void preserve() throws FileFailure {}

  /** Releases the file. Once only. A failure means that not all that was written is safe. */
  void close() throws FileFailure;
}
