package io.quaymaster.files;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.INVALID_ARGUMENT;
import static io.quaymaster.files.FileFailure.Kind.INVALID_HANDLE;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;

import io.quaymaster.files.FileStore.Access;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A handle on what is written to a {@link MemoryFileStore} of uploads: it goes on at the end, is
 * never read before it is complete, and only the last who opened it has it. Under that store's
 * lock.
 */
final class MemoryUpload implements OpenFile {
  /** Gives what was written its name. */
  @FunctionalInterface
  interface Completion {
    void run() throws FileFailure;
  }

  private final MemoryFileStore store;
  private final MemoryNode.File file;
  private final Access access;
  private final MemoryOpenFile content;
  private final @Nullable Completion whenClosed;
  private boolean preserved;
  private boolean closed;

  /**
   * @param whenClosed null: it has a name already, and others may go on with it
   */
  MemoryUpload(
      MemoryFileStore store, MemoryNode.File file, Access access, @Nullable Completion whenClosed) {
    this.store = store;
    this.file = file;
    this.access = access;
    this.content = new MemoryOpenFile(store, file, Access.READ_WRITE);
    this.whenClosed = whenClosed;
    file.uploader = this;
  }

  private void usable(boolean allowed) throws FileFailure {
    if (closed || !allowed) {
      throw new FileFailure(INVALID_HANDLE, "not open for this");
    }
    if (file.uploader != this) {
      throw new FileFailure(BUSY, "another goes on with this upload");
    }
    if (file.links == 0) {
      throw new FileFailure(NOT_FOUND, "the upload was removed");
    }
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    synchronized (store) {
      usable(true);
      return content.attributes();
    }
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    synchronized (store) {
      usable(access.reads());
      throw offset < 0
          ? new FileFailure(INVALID_ARGUMENT, "negative offset")
          : new FileFailure(UNSUPPORTED, "an upload is read when it is complete");
    }
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    synchronized (store) {
      usable(access.writes());
      content.write(offset, from);
    }
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    synchronized (store) {
      usable(access.writes());
      if (sizeBytes > file.sizeBytes()) {
        throw new FileFailure(UNSUPPORTED, "this store writes only at the end");
      }
      content.setSize(sizeBytes);
    }
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    synchronized (store) {
      usable(true);
      content.setAttributes(change);
    }
  }

  @Override
  public void sync() throws FileFailure {
    synchronized (store) {
      usable(true);
      content.sync();
    }
  }

  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    return read(offset, ByteBuffer.allocate(0));
  }

  /** What would get its name when it is closed cannot be gone on with, so nothing of it is kept. */
  @Override
  public void preserve() throws FileFailure {
    synchronized (store) {
      usable(true);
      preserved = true;
      if (whenClosed != null) {
        content.setSize(0);
        return;
      }
      MemoryFaults.Loss loss = store.faults().preserves();
      if (loss != null) {
        content.setSize(Math.min(loss.keptBytes(), file.sizeBytes()));
        store.failIf(loss.kind());
      }
    }
  }

  @Override
  public void close() throws FileFailure {
    synchronized (store) {
      if (closed) {
        throw new FileFailure(INVALID_HANDLE, "closed already");
      }
      FileFailure failed = null;
      try {
        usable(true);
        complete();
      } catch (FileFailure failure) {
        failed = failure;
      }
      closed = true;
      if (file.uploader == this) {
        file.uploader = null;
      }
      content.close();
      if (failed != null) {
        throw failed;
      }
    }
  }

  private void complete() throws FileFailure {
    if (whenClosed == null) {
      return;
    }
    boolean laid = false;
    try {
      if (!preserved && store.faults().closes() == null) {
        whenClosed.run();
        laid = true;
      }
    } finally {
      if (!laid) {
        file.links = 0;
      }
    }
  }
}
