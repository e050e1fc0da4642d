package io.quaymaster.storage.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads buffers one after the other. Can be marked anywhere, as signing needs. One thread. */
final class PiecesStream extends InputStream {
  private Deque<ByteBuffer> ahead;
  private Deque<ByteBuffer> marked;

  PiecesStream(List<ByteBuffer> pieces) {
    this.ahead = copy(pieces);
    this.marked = copy(pieces);
  }

  private static Deque<ByteBuffer> copy(Iterable<ByteBuffer> pieces) {
    Deque<ByteBuffer> copy = new ArrayDeque<>();
    pieces.forEach(piece -> copy.add(piece.duplicate()));
    return copy;
  }

  @Override
  public int read() {
    ByteBuffer next = next();
    return next == null ? -1 : next.get() & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    ByteBuffer next = next();
    if (next == null) {
      return -1;
    }
    int count = Math.min(length, next.remaining());
    next.get(into, offset, count);
    return count;
  }

  private @Nullable ByteBuffer next() {
    while (!ahead.isEmpty() && !ahead.peek().hasRemaining()) {
      ahead.remove();
    }
    return ahead.peek();
  }

  @Override
  public int available() {
    long left = 0;
    for (ByteBuffer piece : ahead) {
      left += piece.remaining();
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public void mark(int limit) {
    marked = copy(ahead);
  }

  @Override
  public void reset() {
    ahead = copy(marked);
  }
}
