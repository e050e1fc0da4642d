package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import java.nio.ByteBuffer;

/** An upload, open for writing. Who opens it anew takes it away from who had it before. */
final class DraftFile implements OpenFile {
  /** Through memory that nobody counts: no more than a client's own write would need. */
  private static final int COPY_STEP = 64 << 10;

  private final Uploads uploads;
  private final Draft draft;
  private final Access access;
  private volatile boolean closed;

  DraftFile(Uploads uploads, Draft draft, Access access) {
    this.uploads = uploads;
    this.draft = draft;
    this.access = access;
    uploads.opened();
  }

  Draft draft() {
    return draft;
  }

  /** A file that can be copied to within the store. */
  static DraftFile writable(OpenFile file) throws FileFailure {
    if (file instanceof DraftFile draft && draft.access.writes()) {
      return draft;
    }
    throw new FileFailure(Kind.INVALID_HANDLE, "the target is not open for writing");
  }

  private void refuseIfClosed() throws FileFailure {
    if (closed) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
    }
  }

  private void refuseUnlessMine() throws FileFailure {
    refuseIfClosed();
    if (!uploads.isOpenAs(draft, this)) {
      throw new FileFailure(Kind.BUSY, "another session goes on with this upload");
    }
  }

  private void refuseUnlessWritable() throws FileFailure {
    refuseUnlessMine();
    if (!access.writes()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is open for reading only");
    }
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    refuseIfClosed();
    return draft.attributes();
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    refuseUnlessMine();
    if (!access.reads()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the file is open for writing only");
    }
    if (offset < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset of 2^63 or more");
    }
    int total = 0;
    int read = 1;
    while (read > 0 && into.hasRemaining()) {
      read = draft.read(offset + total, into);
      total += read;
    }
    return total;
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    refuseUnlessWritable();
    draft.write(offset, from);
  }

  /** Goes on with bytes of an object. */
  void append(CopySource source, long offset) throws FileFailure {
    refuseUnlessWritable();
    draft.append(source, offset);
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    refuseUnlessWritable();
    if (sizeBytes < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "a size below zero");
    }
    draft.setSize(sizeBytes);
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    refuseUnlessMine();
    draft.setAttributes(change);
  }

  /** Nothing of an upload is safe before it is complete, and then all of it is. */
  @Override
  public void sync() throws FileFailure {
    refuseIfClosed();
  }

  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    DraftFile to = writable(target);
    if (offset < 0 || targetOffset < 0 || length < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset or length of 2^63 or more");
    }
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(COPY_STEP, length));
    long copied = 0;
    while (copied < length) {
      piece.clear().limit((int) Math.min(piece.capacity(), length - copied));
      int read = read(offset + copied, piece);
      if (read == 0) {
        break;
      }
      to.write(targetOffset + copied, piece.flip());
      copied += read;
    }
    return copied;
  }

  @Override
  public void preserve() throws FileFailure {
    refuseIfClosed();
    if (uploads.isOpenAs(draft, this)) {
      uploads.preserve(draft);
    }
  }

  @Override
  public void close() throws FileFailure {
    refuseIfClosed();
    closed = true;
    uploads.closed(draft, this);
  }
}
