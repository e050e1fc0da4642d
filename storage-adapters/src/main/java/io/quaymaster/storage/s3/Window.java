package io.quaymaster.storage.s3;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The end of an upload that is still in memory. What is in it can be written again and read; what
 * comes ahead of its turn waits here for what is missing before it.
 *
 * <p>It knows nothing of how much memory there is: its owner adds pieces before it writes. One
 * thread at a time.
 */
final class Window {
  private static final int PIECE = TransferMemory.PIECE;

  private final List<byte[]> pieces = new ArrayList<>();
  private final TreeMap<Long, Long> ahead = new TreeMap<>();
  private long origin;
  private long end;

  /** Where the first byte in memory lies in the file. */
  long origin() {
    return origin;
  }

  /** Up to where nothing is missing. */
  long end() {
    return end;
  }

  /** Bytes without a gap. */
  long length() {
    return end - origin;
  }

  boolean hasGap() {
    return !ahead.isEmpty();
  }

  int pieces() {
    return pieces.size();
  }

  /** How many pieces must be added before bytes up to {@code offset} can be written. */
  int missingFor(long offset) {
    long needed = (offset - origin + PIECE - 1) / PIECE;
    return (int) Math.max(0, needed - pieces.size());
  }

  void add(byte[] piece) {
    pieces.add(piece);
  }

  /** Writes bytes for which there are pieces, at or behind the origin. */
  void write(long offset, ByteBuffer from) {
    long stop = offset + from.remaining();
    for (long at = offset; at < stop; ) {
      int index = (int) ((at - origin) / PIECE);
      int inPiece = (int) ((at - origin) % PIECE);
      int count = (int) Math.min(PIECE - inPiece, stop - at);
      from.get(pieces.get(index), inPiece, count);
      at += count;
    }
    if (offset <= end) {
      end = Math.max(end, stop);
    } else {
      ahead.merge(offset, stop, Math::max);
    }
    while (!ahead.isEmpty() && ahead.firstKey() <= end) {
      end = Math.max(end, ahead.pollFirstEntry().getValue());
    }
  }

  /** Reads from the origin on, up to the end. */
  int read(long offset, ByteBuffer into) {
    long stop = Math.min(end, offset + into.remaining());
    int read = 0;
    for (long at = offset; at < stop; ) {
      int index = (int) ((at - origin) / PIECE);
      int inPiece = (int) ((at - origin) % PIECE);
      int count = (int) Math.min(PIECE - inPiece, stop - at);
      into.put(pieces.get(index), inPiece, count);
      at += count;
      read += count;
    }
    return read;
  }

  /** Cuts what is behind {@code size}; what came ahead of its turn goes too. */
  List<byte[]> cut(long size) {
    ahead.clear();
    end = size;
    List<byte[]> cutOff =
        pieces.subList((int) ((size - origin + PIECE - 1) / PIECE), pieces.size());
    List<byte[]> free = List.copyOf(cutOff);
    cutOff.clear();
    return free;
  }

  /**
   * Takes the first bytes out of the window: whole pieces, or all there is.
   *
   * @param bytes at most {@link #length}; a multiple of a piece unless it is all
   */
  List<byte[]> take(long bytes) {
    List<byte[]> first = pieces.subList(0, (int) ((bytes + PIECE - 1) / PIECE));
    List<byte[]> taken = List.copyOf(first);
    first.clear();
    origin += bytes;
    return taken;
  }

  /** The first pieces, which stay. */
  List<byte[]> peek(long bytes) {
    return List.copyOf(pieces.subList(0, (int) ((bytes + PIECE - 1) / PIECE)));
  }

  /**
   * Where the next bytes go, for somebody else to fill; then they are {@link #filled}. There are
   * pieces for them, and nothing came ahead of its turn.
   */
  List<ByteBuffer> room(long bytes) {
    List<ByteBuffer> room = new ArrayList<>();
    for (long at = end; at < end + bytes; ) {
      int inPiece = (int) ((at - origin) % PIECE);
      int count = (int) Math.min(PIECE - inPiece, end + bytes - at);
      room.add(ByteBuffer.wrap(pieces.get((int) ((at - origin) / PIECE)), inPiece, count));
      at += count;
    }
    return room;
  }

  void filled(long bytes) {
    end += bytes;
  }

  /** Begins anew, empty, at an offset. The pieces are the owner's again. */
  List<byte[]> restartAt(long offset) {
    List<byte[]> free = List.copyOf(pieces);
    pieces.clear();
    ahead.clear();
    origin = offset;
    end = offset;
    return free;
  }

  /** For messages: where the first gap ends. */
  long gapEnd() {
    Map.Entry<Long, Long> first = ahead.firstEntry();
    return first == null ? end : first.getKey();
  }
}
