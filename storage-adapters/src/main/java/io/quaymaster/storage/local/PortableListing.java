package io.quaymaster.storage.local;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.Listing;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a directory as java.nio.file does, in bounded memory. */
final class PortableListing implements Listing {
  private final SecureDirectory directory;
  private final Iterator<Path> names;
  private boolean closed;

  PortableListing(SecureDirectory directory) {
    this.directory = directory;
    this.names = directory.stream.iterator();
  }

  @Override
  public synchronized @Nullable Entry next() throws FileFailure {
    if (closed) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the listing is closed");
    }
    try {
      while (names.hasNext()) {
        String name = RawNames.byteText(names.next().getFileName());
        FileAttributes attributes = directory.attributesIfThere(name);
        if (attributes != null && name.length() <= FileName.MAX_BYTES) {
          return new Entry(new FileName(name), attributes);
        }
      }
      return null;
    } catch (DirectoryIteratorException e) {
      throw NioFailure.of(Objects.requireNonNullElseGet(e.getCause(), IOException::new));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      directory.close();
    } catch (FileFailure nothingWasWritten) {
      return;
    }
  }
}
