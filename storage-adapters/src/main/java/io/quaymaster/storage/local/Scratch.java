package io.quaymaster.storage.local;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for the arguments of one call at a time: names, structures, errno, and a block for
 * bytes on their way to the heap. Lent, not made, for each call: {@code try (Scratch s =
 * Scratch.lend())}.
 *
 * <p>At most {@link #MAX_POOLED} are kept, for the whole process and for ever. Who comes when all
 * are lent gets one of his own, freed when he is done. Nothing hangs on a thread, because virtual
 * threads come by the thousand.
 */
final class Scratch implements AutoCloseable {
  /** 64 times 45 KiB: 3 MiB. More calls than that are rarely in the kernel at once. */
  static final int MAX_POOLED = 64;

  /** PATH_MAX of Linux, with the NUL. */
  static final int PATH_BYTES = 4096;

  static final int BLOCK_BYTES = 32 * 1024;

  private static final int NAME_BYTES = 512;
  private static final int STRUCT_BYTES = 256;
  private static final int TOTAL_BYTES =
      PATH_BYTES + 2 * NAME_BYTES + 3 * STRUCT_BYTES + BLOCK_BYTES;

  private static final AtomicReferenceArray<@Nullable Scratch> POOL =
      new AtomicReferenceArray<>(MAX_POOLED);
  private static final AtomicInteger MADE = new AtomicInteger();

  /** Where the linker leaves errno. */
  final MemorySegment errno;

  final MemorySegment path;
  final MemorySegment name;
  final MemorySegment otherName;

  /** For structures that are given to the kernel. */
  final MemorySegment in;

  /** For structures that the kernel fills. */
  final MemorySegment out;

  final MemorySegment block;

  private final @Nullable Arena own;

  private Scratch(Arena arena, @Nullable Arena own) {
    this.own = own;
    MemorySegment all = arena.allocate(TOTAL_BYTES, 16);
    long at = 0;
    path = all.asSlice(at, PATH_BYTES);
    name = all.asSlice(at += PATH_BYTES, NAME_BYTES);
    otherName = all.asSlice(at += NAME_BYTES, NAME_BYTES);
    in = all.asSlice(at += NAME_BYTES, STRUCT_BYTES);
    out = all.asSlice(at += STRUCT_BYTES, STRUCT_BYTES);
    errno = all.asSlice(at += STRUCT_BYTES, Linker.Option.captureStateLayout().byteSize());
    block = all.asSlice(at + STRUCT_BYTES, BLOCK_BYTES);
  }

  static Scratch lend() {
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < MAX_POOLED; i++) {
      int slot = (start + i) & (MAX_POOLED - 1);
      if (POOL.getPlain(slot) != null) {
        Scratch pooled = POOL.getAndSet(slot, null);
        if (pooled != null) {
          return pooled;
        }
      }
    }
    if (MADE.get() < MAX_POOLED && MADE.getAndIncrement() < MAX_POOLED) {
      return new Scratch(Arena.global(), null);
    }
    Arena own = Arena.ofConfined();
    return new Scratch(own, own);
  }

  /** Gives it back. Used by nobody after that. */
  @Override
  public void close() {
    if (own != null) {
      own.close();
      return;
    }
    // There are as many slots as pooled ones, so one is free; others may be taking theirs just now.
    for (int slot = (int) Thread.currentThread().threadId(); ; slot++) {
      if (POOL.compareAndSet(slot & (MAX_POOLED - 1), null, this)) {
        return;
      }
    }
  }

  /**
   * Writes byte text and a NUL into one of the segments.
   *
   * @throws IndexOutOfBoundsException if it is too long: callers have checked
   */
  static MemorySegment put(MemorySegment into, String byteText) {
    into.setString(0, byteText, StandardCharsets.ISO_8859_1);
    return into;
  }

  int errnoValue() {
    return errno.get(ValueLayout.JAVA_INT, 0);
  }
}
