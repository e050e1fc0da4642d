package io.quaymaster.files;

import static io.quaymaster.files.FileFailure.Kind.INVALID_ARGUMENT;
import static io.quaymaster.files.FileFailure.Kind.INVALID_HANDLE;
import static io.quaymaster.files.FileFailure.Kind.STORE_ERROR;
import static io.quaymaster.files.FileFailure.Kind.STORE_FULL;
import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A handle on a file of a {@link MemoryFileStore}, under that store's lock. */
final class MemoryOpenFile implements OpenFile {
  private static final int COPY_BYTES = 1 << 16;

  private final MemoryFileStore store;
  private final MemoryNode.File file;
  private final Access access;
  private boolean closed;

  MemoryOpenFile(MemoryFileStore store, MemoryNode.File file, Access access) {
    this.store = store;
    this.file = file;
    this.access = access;
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    synchronized (store) {
      usable(true);
      return file.attributes();
    }
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    synchronized (store) {
      usable(access.reads());
      notNegative(offset);
      return file.read(offset, into);
    }
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    synchronized (store) {
      usable(access.writes());
      notNegative(offset);
      if (offset > Long.MAX_VALUE - from.remaining()) {
        throw new FileFailure(INVALID_ARGUMENT, "no file is that long");
      }
      if (!store.capabilities().writesAnywhere() && offset != file.sizeBytes()) {
        throw new FileFailure(UNSUPPORTED, "this store writes only at the end");
      }
      long growing = Math.max(0, offset + from.remaining() - file.sizeBytes());
      long room = store.faults().capacityBytes() - store.heldBytes();
      int fits = (int) Math.max(0, from.remaining() - Math.max(0, growing - room));
      int allowed = store.faults().writable(fits);
      writeSome(offset, from, allowed);
      if (from.hasRemaining()) {
        Kind told = store.faults().writes();
        Kind kind = allowed < fits ? Objects.requireNonNullElse(told, STORE_ERROR) : STORE_FULL;
        throw new FileFailure(kind, "cannot write all");
      }
    }
  }

  private void writeSome(long offset, ByteBuffer from, int count) {
    if (count == 0) {
      return;
    }
    long before = file.sizeBytes();
    file.write(offset, from.slice(from.position(), count));
    from.position(from.position() + count);
    store.grew(file.sizeBytes() - before);
    file.modifiedSeconds = MemoryFileStore.now();
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    synchronized (store) {
      usable(access.writes());
      notNegative(sizeBytes);
      long growth = sizeBytes - file.sizeBytes();
      if (growth > store.faults().capacityBytes() - store.heldBytes()) {
        throw new FileFailure(STORE_FULL, "the store is full");
      }
      store.grew(growth);
      file.setSize(sizeBytes);
      file.modifiedSeconds = MemoryFileStore.now();
    }
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    synchronized (store) {
      usable(true);
      store.change(file, change);
    }
  }

  @Override
  public void sync() throws FileFailure {
    synchronized (store) {
      usable(true);
      store.failIf(store.faults().syncs());
    }
  }

  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    synchronized (store) {
      notNegative(Math.min(offset, Math.min(targetOffset, length)));
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      long done = 0;
      while (done < length) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
        if (read(offset + done, buffer) == 0) {
          break;
        }
        buffer.flip();
        int count = buffer.remaining();
        target.write(targetOffset + done, buffer);
        done += count;
      }
      return done;
    }
  }

  @Override
  public void close() throws FileFailure {
    synchronized (store) {
      usable(true);
      closed = true;
      store.closed(file);
      store.failIf(store.faults().closes());
    }
  }

  private void usable(boolean allowed) throws FileFailure {
    if (closed || !allowed) {
      throw new FileFailure(INVALID_HANDLE, "not open for this");
    }
  }

  private static void notNegative(long number) throws FileFailure {
    if (number < 0) {
      throw new FileFailure(INVALID_ARGUMENT, "negative offset or size");
    }
  }
}
