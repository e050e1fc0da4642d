package io.quaymaster.storage.local;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Names of a directory, from getdents64(2), one block at a time. The block is copied to the heap,
 * so that a listing which a client leaves open holds no native memory. One thread at a time.
 */
final class DirectoryReader {
  /** Of struct linux_dirent64: inode, offset, length of the record, type, name. */
  private static final int RECORD_LENGTH_AT = 16;

  private static final int NAME_AT = 19;

  private final int fd;
  private byte[] block = new byte[0];
  private int at;

  DirectoryReader(int fd) {
    this.fd = fd;
  }

  /**
   * The next name but {@code .} and {@code ..}, as byte text; null after the last. Names of more
   * than {@link FileName#MAX_BYTES} bytes, which some foreign file systems have, are left out: no
   * client could say them.
   */
  @Nullable String next(Scratch s) throws FileFailure {
    while (at < block.length || fill(s)) {
      int record = at;
      at += (block[record + RECORD_LENGTH_AT] & 0xff) | (block[record + 17] & 0xff) << 8;
      int start = record + NAME_AT;
      int end = start;
      while (block[end] != 0) {
        end++;
      }
      if (end - start <= FileName.MAX_BYTES && !isDots(start, end)) {
        return new String(block, start, end - start, StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }

  private boolean isDots(int start, int end) {
    return block[start] == '.' && (end - start == 1 || (end - start == 2 && block[end - 1] == '.'));
  }

  private boolean fill(Scratch s) throws FileFailure {
    int bytes = Posix.getdents64(s, fd);
    // ENOENT: the directory itself was removed, so it has no entries any more.
    if (Errno.ENOENT.is(bytes)) {
      bytes = 0;
    }
    Call.check(bytes);
    block = new byte[bytes];
    at = 0;
    MemorySegment.copy(s.block, JAVA_BYTE, 0, block, 0, bytes);
    return bytes > 0;
  }
}
