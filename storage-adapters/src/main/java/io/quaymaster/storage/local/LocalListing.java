package io.quaymaster.storage.local;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.Listing;
import org.jspecify.annotations.Nullable;

/** A directory being read: one block of names on the heap, and one descriptor. */
final class LocalListing implements Listing {
  private final Descriptor directory;
  private final DirectoryReader names;

  LocalListing(int fd) {
    this.directory = new Descriptor(fd);
    this.names = new DirectoryReader(fd);
  }

  @Override
  public @Nullable Entry next() throws FileFailure {
    int fd = directory.enter();
    try (Scratch s = Scratch.lend()) {
      try {
        return next(s, fd);
      } finally {
        directory.leave(s);
      }
    }
  }

  private @Nullable Entry next(Scratch s, int fd) throws FileFailure {
    for (String name = names.next(s); name != null; name = names.next(s)) {
      long result = Posix.statx(s, fd, Scratch.put(s.name, name), Posix.AT_SYMLINK_NOFOLLOW);
      if (!Errno.ENOENT.is(result)) {
        Call.check(result);
        FileAttributes attributes = Stat.attributes(s.out);
        return new Entry(new FileName(name), attributes);
      }
    }
    return null;
  }

  @Override
  public void close() {
    try (Scratch s = Scratch.lend()) {
      directory.close(s);
    } catch (FileFailure alreadyClosed) {
      // Nothing was written through it, so nothing can be lost; closing twice does no harm.
      return;
    }
  }
}
