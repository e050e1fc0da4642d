package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.OpenFile;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** One version of an object, open for reading. */
final class ObjectFile implements OpenFile {
  /** Changes the attributes of the object that has the file's name now. */
  @FunctionalInterface
  interface Describing {
    void change(AttributeChange change) throws FileFailure;
  }

  private final Bucket bucket;
  private final ReadAhead ahead;
  private final ObjectInfo object;
  private final Describing describing;
  private final AtomicBoolean closed = new AtomicBoolean();

  ObjectFile(Bucket bucket, ObjectInfo object, ReadAhead ahead, Describing describing) {
    this.bucket = bucket.retained();
    this.object = object;
    this.ahead = ahead;
    this.describing = describing;
  }

  private void refuseIfClosed() throws FileFailure {
    if (closed.get()) {
      throw closedAlready();
    }
  }

  private static FileFailure closedAlready() {
    return new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    refuseIfClosed();
    return object.attributes(FileAttributes.Type.FILE);
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    refuseIfClosed();
    if (offset < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset of 2^63 or more");
    }
    return ahead.read(offset, into);
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    throw notWritable();
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    throw notWritable();
  }

  private FileFailure notWritable() throws FileFailure {
    refuseIfClosed();
    return new FileFailure(Kind.INVALID_HANDLE, "the file is open for reading only");
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    refuseIfClosed();
    describing.change(change);
  }

  @Override
  public void sync() throws FileFailure {
    refuseIfClosed();
  }

  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    refuseIfClosed();
    DraftFile draft = DraftFile.writable(target);
    if (offset < 0 || targetOffset < 0 || length < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset or length of 2^63 or more");
    }
    long count = Math.min(length, object.sizeBytes() - offset);
    if (count <= 0) {
      return 0;
    }
    draft.append(new CopySource(object, offset, count), targetOffset);
    return count;
  }

  @Override
  public void close() throws FileFailure {
    if (closed.getAndSet(true)) {
      throw closedAlready();
    }
    ahead.close();
    bucket.close();
  }
}
