package io.quaymaster.storage.local;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An open file on disk: pread and pwrite on its descriptor. Direct buffers go to the kernel as they
 * are; buffers on the heap by way of a block of {@link Scratch}.
 */
final class LocalOpenFile implements OpenFile {
  /** Copied by one call of the kernel, so that a long copy can be stopped in between. */
  private static final long COPY_BYTES = 1L << 30;

  private final Descriptor descriptor;
  private final Access access;

  LocalOpenFile(int fd, Access access) {
    this.descriptor = new Descriptor(fd);
    this.access = access;
  }

  /** A call into the kernel on this file. */
  private interface Use {
    long on(Scratch s, int fd) throws FileFailure;
  }

  private long use(Use use) throws FileFailure {
    int fd = descriptor.enter();
    try (Scratch s = Scratch.lend()) {
      try {
        long result = use.on(s, fd);
        Call.check(result);
        return result;
      } finally {
        descriptor.leave(s);
      }
    }
  }

  @Override
  public FileAttributes attributes() throws FileFailure {
    int fd = descriptor.enter();
    try (Scratch s = Scratch.lend()) {
      try {
        Call.check(Posix.statx(s, fd, Scratch.put(s.name, ""), Posix.AT_EMPTY_PATH));
        return Stat.attributes(s.out);
      } finally {
        descriptor.leave(s);
      }
    }
  }

  @Override
  public int read(long offset, ByteBuffer into) throws FileFailure {
    notNegative(offset);
    int room = (int) Math.min(into.remaining(), Long.MAX_VALUE - offset);
    return (int) use((s, fd) -> read(s, fd, offset, into, room));
  }

  private static int read(Scratch s, int fd, long offset, ByteBuffer into, int room)
      throws FileFailure {
    MemorySegment target = MemorySegment.ofBuffer(into);
    int done = 0;
    while (done < room) {
      long count = readOnce(s, fd, offset + done, target.asSlice(done, room - done));
      Call.check(count);
      if (count == 0) {
        break;
      }
      done += (int) count;
    }
    into.position(into.position() + done);
    return done;
  }

  private static long readOnce(Scratch s, int fd, long offset, MemorySegment target) {
    if (target.isNative()) {
      return Posix.pread(s, fd, target, target.byteSize(), offset);
    }
    long length = Math.min(target.byteSize(), s.block.byteSize());
    long count = Posix.pread(s, fd, s.block, length, offset);
    if (count > 0) {
      MemorySegment.copy(s.block, 0, target, 0, count);
    }
    return count;
  }

  @Override
  public void write(long offset, ByteBuffer from) throws FileFailure {
    notNegative(offset);
    writable();
    if (offset > Long.MAX_VALUE - from.remaining()) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "no file is that long");
    }
    use((s, fd) -> write(s, fd, offset, from));
  }

  private static int write(Scratch s, int fd, long offset, ByteBuffer from) throws FileFailure {
    MemorySegment source = MemorySegment.ofBuffer(from);
    int start = from.position();
    int length = from.remaining();
    for (int done = 0; done < length; ) {
      long count = writeOnce(s, fd, offset + done, source.asSlice(done));
      Call.check(count);
      if (count == 0) {
        throw new FileFailure(Kind.STORE_ERROR, "the store takes no more bytes");
      }
      done += (int) count;
      from.position(start + done);
    }
    return length;
  }

  private static long writeOnce(Scratch s, int fd, long offset, MemorySegment source) {
    if (source.isNative()) {
      return Posix.pwrite(s, fd, source, source.byteSize(), offset);
    }
    long length = Math.min(source.byteSize(), s.block.byteSize());
    MemorySegment.copy(source, 0, s.block, 0, length);
    return Posix.pwrite(s, fd, s.block, length, offset);
  }

  @Override
  public void setSize(long sizeBytes) throws FileFailure {
    notNegative(sizeBytes);
    writable();
    use((s, fd) -> Posix.ftruncate(s, fd, sizeBytes));
  }

  @Override
  public void setAttributes(AttributeChange change) throws FileFailure {
    use((s, fd) -> setAttributes(s, fd, change));
  }

  private static long setAttributes(Scratch s, int fd, AttributeChange change) throws FileFailure {
    Integer mode = change.mode();
    if (mode != null) {
      Call.check(Posix.fchmod(s, fd, LocalRules.fileMode(mode)));
    }
    AttributeChange.Times times = change.times();
    return times == null
        ? 0
        : Posix.futimens(s, fd, times.accessedSeconds(), times.modifiedSeconds());
  }

  @Override
  public void sync() throws FileFailure {
    use(Posix::fsync);
  }

  /**
   * By copy_file_range(2); where the file system cannot, through a block of {@link Scratch}.
   *
   * @throws IllegalArgumentException if {@code target} is not a file of a local store
   */
  @Override
  public long copyTo(OpenFile target, long offset, long targetOffset, long length)
      throws FileFailure {
    notNegative(Math.min(length, Math.min(offset, targetOffset)));
    if (!(target instanceof LocalOpenFile other)) {
      throw new IllegalArgumentException("not a file of a local store");
    }
    other.writable();
    long room = Long.MAX_VALUE - Math.max(offset, targetOffset);
    return use(
        (s, from) ->
            other.use((_, to) -> copy(s, from, offset, to, targetOffset, Math.min(length, room))));
  }

  private static long copy(Scratch s, int from, long offset, int to, long targetOffset, long length)
      throws FileFailure {
    long done = 0;
    while (done < length) {
      long part = Math.min(COPY_BYTES, length - done);
      long count = Posix.copyFileRange(s, from, offset + done, to, targetOffset + done, part);
      // 0 may be the end, or a file system that says 0 where it cannot; a read knows.
      if (count == 0 || isNotPossible(count)) {
        return done + copyByBlocks(s, from, offset + done, to, targetOffset + done, length - done);
      }
      Call.check(count);
      done += count;
    }
    return done;
  }

  private static boolean isNotPossible(long result) {
    return Errno.EXDEV.is(result)
        || Errno.EINVAL.is(result)
        || Errno.ENOSYS.is(result)
        || Errno.EOPNOTSUPP.is(result)
        || Errno.EPERM.is(result);
  }

  /** Also what a test calls, where the kernel would do it. */
  static long copyByBlocks(Scratch s, int from, long offset, int to, long targetOffset, long length)
      throws FileFailure {
    long done = 0;
    while (done < length) {
      long part = Math.min(s.block.byteSize(), length - done);
      long count = Posix.pread(s, from, s.block, part, offset + done);
      Call.check(count);
      if (count == 0) {
        break;
      }
      ByteBuffer block = s.block.asSlice(0, count).asByteBuffer();
      write(s, to, targetOffset + done, block);
      done += count;
    }
    return done;
  }

  @Override
  public void close() throws FileFailure {
    try (Scratch s = Scratch.lend()) {
      descriptor.close(s);
    }
  }

  private void writable() throws FileFailure {
    if (!access.writes()) {
      throw new FileFailure(Kind.INVALID_HANDLE, "not open for writing");
    }
  }

  private static void notNegative(long number) throws FileFailure {
    if (number < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "negative offset or size");
    }
  }
}
