package io.quaymaster.storage.local;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * A file channel. It knows its own size; its other attributes only its name tells, so they are the
 * ones of its opening once another file, or none, has that name.
 */
final class PortableOpenFile implements OpenFile {
  private static final int COPY_BYTES = 64 * 1024;

  private final PortableFileStore store;
  private final StoreKey key;
  private final FileChannel channel;
  private final Access access;
  private final FileAttributes atOpening;

  PortableOpenFile(
      PortableFileStore store,
      StoreKey key,
      FileChannel channel,
      Access access,
      FileAttributes atOpening) {
    this.store = store;
    this.key = key;
    this.channel = channel;
    this.access = access;
    this.atOpening = atOpening;
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    try {
      long size = channel.size();
      if (isStillNamed()) {
        return store.attributes(key);
      }
      return new FileAttributes(
          atOpening.type(),
          size,
          atOpening.mode(),
          0,
          atOpening.modifiedSeconds(),
          atOpening.accessedSeconds(),
          atOpening.identity());
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  private boolean isStillNamed() {
    try {
      return store.attributes(key).identity().equals(atOpening.identity());
    } catch (FileFailure gone) {
      return false;
    }
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    notNegative(offset);
    allowed(access.reads());
    try {
      int start = into.position();
      while (into.hasRemaining() && offset < channel.size()) {
        int count = channel.read(into, offset + into.position() - start);
        if (count <= 0) {
          break;
        }
      }
      return into.position() - start;
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    notNegative(offset);
    allowed(access.writes());
    if (offset > Long.MAX_VALUE - from.remaining()) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "no file is that long");
    }
    try {
      long at = offset;
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    notNegative(sizeBytes);
    allowed(access.writes());
    try {
      if (sizeBytes > channel.size()) {
        channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
      } else {
        channel.truncate(sizeBytes);
      }
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    if (!isStillNamed()) {
      throw new FileFailure(Kind.UNSUPPORTED, "attributes of a file that lost its name");
    }
    store.setAttributes(key, change);
  }

  @Override
  public void sync() throws FileFailure {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    notNegative(Math.min(length, Math.min(offset, targetOffset)));
    ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
    long done = 0;
    while (done < length) {
      buffer.clear().limit((int) Math.min(COPY_BYTES, length - done));
      int count = read(offset + done, buffer);
      if (count == 0) {
        break;
      }
      target.write(targetOffset + done, buffer.flip());
      done += count;
    }
    return done;
  }

  @Override
  public void close() throws FileFailure {
    try {
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      channel.close();
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  private void allowed(boolean by) throws FileFailure {
    if (!by) {
      throw new FileFailure(Kind.INVALID_HANDLE, "not open for this");
    }
  }

  private static void notNegative(long number) throws FileFailure {
    if (number < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "negative offset or size");
    }
  }
}
