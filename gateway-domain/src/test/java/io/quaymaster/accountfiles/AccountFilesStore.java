package io.quaymaster.accountfiles;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import io.quaymaster.files.VirtualPath;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The files of an account, spoken to as a store, so that they can pass a store's contract. */
final class AccountFilesStore implements FileStore {
  private final AccountFiles files;
  private final FileStore below;
  private final String home;

  /**
   * @param below what the account's home lies in, for what only a store answers
   */
  AccountFilesStore(AccountFiles files, FileStore below, String home) {
    this.files = files;
    this.below = below;
    this.home = home;
  }

  private static VirtualPath path(StoreKey key) throws FileFailure {
    return Actor.path("/" + key.byteText());
  }

  @Override
  public Capabilities capabilities() {
    return below.capabilities();
  }

  @Override
  public OpenFile open(StoreKey key, Access access) throws FileFailure {
    return new Handle(
        files.open(
            path(key),
            new OpenRequest(access.reads(), access.writes(), false, false, false, false, null)));
  }

  @Override
  public OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    return new Handle(
        files.open(
            path(key),
            new OpenRequest(access.reads(), access.writes(), false, true, true, false, mode)));
  }

  @Override
  public FileAttributes attributes(StoreKey key) throws FileFailure {
    return files.lstat(path(key));
  }

  @Override
  public void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    files.setAttributes(path(key), change, false);
  }

  @Override
  public Listing list(StoreKey key) throws FileFailure {
    DirectoryView view = files.openDirectory(path(key));
    return new Listing() {
      @Override
      public Listing.@Nullable Entry next() throws FileFailure {
        for (var entry = view.next(); entry != null; entry = view.next()) {
          if (!entry.name().equals(".") && !entry.name().equals("..")) {
            return new Listing.Entry(new FileName(entry.name()), entry.attributes());
          }
        }
        return null;
      }

      @Override
      public void close() {
        view.close();
      }
    };
  }

  @Override
  public void makeDirectory(StoreKey key, int mode) throws FileFailure {
    files.makeDirectory(path(key), mode);
  }

  @Override
  public void removeDirectory(StoreKey key) throws FileFailure {
    files.removeDirectory(path(key));
  }

  @Override
  public FileAttributes remove(StoreKey key) throws FileFailure {
    FileAttributes was = files.lstat(path(key));
    files.remove(path(key));
    return new FileAttributes(
        was.type(),
        was.sizeBytes(),
        was.mode(),
        was.links() - 1,
        was.modifiedSeconds(),
        was.accessedSeconds(),
        was.identity());
  }

  @Override
  public void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    files.rename(path(from), path(to), replace);
  }

  @Override
  public void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    files.hardLink(path(existing), path(name));
  }

  @Override
  public void symbolicLink(StoreKey name, String target) throws FileFailure {
    files.symbolicLink(path(name), target);
  }

  @Override
  public String readLink(StoreKey key) throws FileFailure {
    return files.readLink(path(key));
  }

  @Override
  public Measure measure(StoreKey key) throws FileFailure {
    StoreKey at = StoreKey.ofPlace(home);
    for (String name : key.isRoot() ? new String[0] : key.byteText().split("/", -1)) {
      at = at.child(new FileName(name));
    }
    return below.measure(at);
  }

  @Override
  public Space space() throws FileFailure {
    return files.space(VirtualPath.ROOT);
  }

  @Override
  public void close() {
    files.close();
  }

  private record Handle(AccountFile file) implements OpenFile {
    @Override
    public FileAttributes attributes() throws FileFailure {
      return file.attributes();
    }

    @Override
    public int read(long offset, ByteBuffer into) throws FileFailure {
      return file.read(offset, into);
    }

    @Override
    public void write(long offset, ByteBuffer from) throws FileFailure {
      try {
        file.write(offset, from);
      } catch (FileFailure failure) {
        throw ended(failure);
      }
    }

    @Override
    public void setSize(long sizeBytes) throws FileFailure {
      try {
        file.setSize(sizeBytes);
      } catch (FileFailure failure) {
        throw ended(failure);
      }
    }

    /** What a store calls a closed handle is to an account the end of its session. */
    private static FileFailure ended(FileFailure failure) {
      return failure.kind() == Kind.SESSION_ENDED
          ? new FileFailure(Kind.INVALID_HANDLE, failure.getMessage())
          : failure;
    }

    @Override
    public void setAttributes(AttributeChange change) throws FileFailure {
      file.setAttributes(change);
    }

    @Override
    public void sync() throws FileFailure {
      file.sync();
    }

    @Override
    public long copyTo(OpenFile target, long offset, long targetOffset, long length)
        throws FileFailure {
      if (length == 0) {
        // To an account that means: to the end.
        return 0;
      }
      long before = file.attributes().sizeBytes();
      file.copyTo(((Handle) target).file, offset, targetOffset, length);
      return Math.clamp(before - offset, 0, length);
    }

    @Override
    public void close() throws FileFailure {
      file.close();
    }
  }
}
