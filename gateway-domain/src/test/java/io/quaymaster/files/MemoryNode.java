package io.quaymaster.files;

import io.quaymaster.files.FileAttributes.Identity;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An inode of {@link MemoryFileStore}: what exists apart from its names. Guarded by its store. */
abstract sealed class MemoryNode {
  long number;
  int mode;
  int links = 1;
  long modifiedSeconds;
  long accessedSeconds;

  MemoryNode(long number, int mode, long nowSeconds) {
    this.number = number;
    this.mode = mode;
    this.modifiedSeconds = nowSeconds;
    this.accessedSeconds = nowSeconds;
  }

  abstract FileAttributes.Type type();

  abstract long sizeBytes();

  FileAttributes attributes() {
    Identity identity = new Identity(0, number);
    return new FileAttributes(
        type(), sizeBytes(), mode, links, modifiedSeconds, accessedSeconds, identity);
  }

  /** What lies at and below a node. */
  static FileStore.Measure measure(MemoryNode start) {
    long files = 0;
    Map<MemoryNode.File, Integer> names = new HashMap<>();
    Deque<MemoryNode> open = new ArrayDeque<>();
    open.push(start);
    while (!open.isEmpty()) {
      switch (open.pop()) {
        case MemoryNode.Directory directory -> directory.entries.values().forEach(open::push);
        case MemoryNode.File file -> {
          files++;
          names.merge(file, 1, Integer::sum);
        }
        case MemoryNode.Link _, MemoryNode.Special _ -> files++;
      }
    }
    long bytes = names.keySet().stream().mapToLong(MemoryNode::sizeBytes).sum();
    boolean elsewhere =
        names.entrySet().stream().anyMatch(found -> found.getValue() < found.getKey().links);
    return new FileStore.Measure(bytes, files, elsewhere);
  }

  static final class Directory extends MemoryNode {
    final TreeMap<String, MemoryNode> entries = new TreeMap<>();

    Directory(long number, int mode, long nowSeconds) {
      super(number, mode | 0700, nowSeconds);
    }

    @Override
    FileAttributes.Type type() {
      return FileAttributes.Type.DIRECTORY;
    }

    @Override
    long sizeBytes() {
      return 0;
    }
  }

  static final class Link extends MemoryNode {
    final String target;

    Link(long number, String target, long nowSeconds) {
      super(number, 0777, nowSeconds);
      this.target = target;
    }

    @Override
    FileAttributes.Type type() {
      return FileAttributes.Type.LINK;
    }

    @Override
    long sizeBytes() {
      return target.length();
    }
  }

  static final class Special extends MemoryNode {
    Special(long number, long nowSeconds) {
      super(number, 0600, nowSeconds);
    }

    @Override
    FileAttributes.Type type() {
      return FileAttributes.Type.SPECIAL;
    }

    @Override
    long sizeBytes() {
      return 0;
    }
  }

  /** Holds pages that were written; all others are holes, so that a sparse file costs nothing. */
  static final class File extends MemoryNode {
    private static final int PAGE_BYTES = 4096;

    private final Map<Long, byte[]> pages = new HashMap<>();
    private long size;
    int openHandles;

    /** Begun beside its target, and not complete. */
    boolean aside;

    /** Who goes on with an upload. */
    @Nullable OpenFile uploader;

    File(long number, int mode, long nowSeconds) {
      super(number, mode | 0600, nowSeconds);
    }

    @Override
    FileAttributes.Type type() {
      return FileAttributes.Type.FILE;
    }

    @Override
    long sizeBytes() {
      return size;
    }

    /** Another file with the same content and attributes. */
    File copy(long number) {
      File copy = new File(number, mode, modifiedSeconds);
      copy.accessedSeconds = accessedSeconds;
      copy.size = size;
      pages.forEach((at, page) -> copy.pages.put(at, page.clone()));
      return copy;
    }

    int read(long offset, ByteBuffer into) {
      int wanted = (int) Math.clamp(size - offset, 0L, (long) into.remaining());
      for (int done = 0; done < wanted; ) {
        long at = offset + done;
        int inPage = (int) (at % PAGE_BYTES);
        int count = Math.min(wanted - done, PAGE_BYTES - inPage);
        byte[] page = pages.get(at / PAGE_BYTES);
        into.put(page == null ? new byte[PAGE_BYTES] : page, inPage, count);
        done += count;
      }
      return wanted;
    }

    void write(long offset, ByteBuffer from) {
      for (long at = offset; from.hasRemaining(); ) {
        int inPage = (int) (at % PAGE_BYTES);
        int count = Math.min(from.remaining(), PAGE_BYTES - inPage);
        from.get(pages.computeIfAbsent(at / PAGE_BYTES, _ -> new byte[PAGE_BYTES]), inPage, count);
        at += count;
        size = Math.max(size, at);
      }
    }

    void setSize(long newSize) {
      if (newSize < size) {
        pages.keySet().removeIf(page -> page >= (newSize + PAGE_BYTES - 1) / PAGE_BYTES);
        byte[] last = pages.get(newSize / PAGE_BYTES);
        if (last != null) {
          Arrays.fill(last, (int) (newSize % PAGE_BYTES), PAGE_BYTES, (byte) 0);
        }
      }
      size = newSize;
    }
  }
}
