package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.storage.s3.UploadRecords.Part;
import io.quaymaster.storage.s3.UploadRecords.Saved;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an upload, in three places one behind the other: parts that the server has or is
 * being sent; bytes of another object that the server will copy; and the end, which is in memory.
 *
 * <p>Threads: one at a time.
 */
final class UploadContent {
  /** How far ahead of what is missing a client may write, in bytes. */
  static final long AHEAD = 4L << 20;

  /** Pieces that are taken at once by an upload which holds none: enough for a part. */
  private static final int RESTART = (int) (Parts.SMALLEST / TransferMemory.PIECE) + 4;

  /** What to do when everybody waits for memory: keep all of this and let it go, or nothing. */
  @FunctionalInterface
  interface LettingGo {
    void letGo() throws FileFailure;
  }

  /** What a file is lengthened by, as often as it takes. */
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(64 << 10).asReadOnlyBuffer();

  private final UploadServices services;
  private final DraftRecord record;
  private final @Nullable LettingGo lettingGo;
  private final PartSender parts;
  private final Window window = new Window();
  private final CopiedRanges copied = new CopiedRanges();
  private final PartMemory memory;
  private @Nullable CopySource pending;

  /**
   * @param lettingGo null if its bytes can be kept nowhere else
   */
  UploadContent(
      UploadServices services,
      DraftRecord record,
      PartSender.Begun begun,
      @Nullable LettingGo lettingGo) {
    this.services = services;
    this.record = record;
    this.lettingGo = lettingGo;
    this.memory = new PartMemory(services);
    this.parts = new PartSender(services, record, begun, memory);
  }

  long size() {
    return window.end();
  }

  boolean holdsMemory() {
    return window.pieces() > 0;
  }

  /**
   * @throws FileFailure why a part could not be sent, if one could not
   */
  void check() throws FileFailure {
    parts.check();
  }

  /**
   * Writes at the end, a little ahead of it, or again what is still in memory.
   *
   * @throws FileFailure UNSUPPORTED for a write elsewhere: nothing is lost
   */
  void write(long offset, ByteBuffer from) throws FileFailure {
    long stop = offset + from.remaining();
    refuseTooLarge(offset, stop);
    if (!from.hasRemaining()) {
      return;
    }
    if (pending != null) {
      loadPending(offset);
    }
    refuseOutsideWindow(offset);
    while (window.missingFor(stop) > 0) {
      takePiece();
      refuseOutsideWindow(offset);
    }
    window.write(offset, from);
    while (window.length() >= parts.nextPart()) {
      seal(parts.nextPart());
    }
  }

  private void refuseTooLarge(long offset, long stop) throws FileFailure {
    if (offset < 0) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "an offset of 2^63 or more");
    }
    if (stop < 0 || stop > Parts.LARGEST_FILE) {
      throw new FileFailure(
          Kind.FILE_TOO_LARGE, "a file in a bucket may have " + Parts.LARGEST_FILE + " bytes");
    }
  }

  private void refuseOutsideWindow(long offset) throws FileFailure {
    if (offset < window.origin()) {
      throw new FileFailure(
          Kind.UNSUPPORTED,
          "the bucket has these bytes already; it cannot take them again within one upload");
    }
    if (offset > window.end() + AHEAD) {
      throw new FileFailure(
          Kind.UNSUPPORTED,
          "the write is too far ahead of byte " + window.end() + ", which a bucket needs first");
    }
  }

  /** Room for one more piece, by whatever can be sent or waited for. */
  private void takePiece() throws FileFailure {
    if (memory.isAtLimit()) {
      if (parts.isIdle()) {
        sealEarly();
      }
      parts.awaitOne();
      return;
    }
    if (memory.tryTakeInto(window) || sealEarly()) {
      return;
    }
    LettingGo escape = lettingGo;
    if (!memory.awaitInto(window, 1, escape != null) && escape != null) {
      escape.letGo();
    }
  }

  private boolean sealEarly() throws FileFailure {
    long whole = window.length() / TransferMemory.PIECE * TransferMemory.PIECE;
    if (whole < Parts.SMALLEST) {
      return false;
    }
    seal(whole);
    return true;
  }

  /** Sends the first bytes of the window as a part. */
  private void seal(long bytes) throws FileFailure {
    parts.send(window.take(bytes), bytes);
  }

  /**
   * Goes on with bytes of an object, which the server will copy if they are many.
   *
   * @param offset where they go: at the end
   */
  void append(CopySource source, long offset) throws FileFailure {
    refuseTooLarge(offset, offset + source.length());
    if (offset != window.end() || window.hasGap()) {
      throw new FileFailure(Kind.UNSUPPORTED, "a copy within a bucket goes to the file's end");
    }
    if (pending != null && pending.isFollowedBy(source.object(), source.offset())) {
      pending = pending.longer(source.length());
      restartWindow(offset + source.length());
      return;
    }
    settlePending();
    CopySource rest = source;
    while (window.length() > 0 && rest.length() > 0) {
      if (window.length() >= Parts.SMALLEST) {
        seal(window.length());
      } else {
        long few = Math.min(rest.length(), Parts.SMALLEST - window.length());
        load(rest.first(few));
        rest = rest.from(few);
      }
    }
    if (rest.length() > 0) {
      pending = rest;
      restartWindow(window.end() + rest.length());
    }
  }

  private void restartWindow(long offset) {
    memory.release(window.restartAt(offset));
  }

  /** What the server is to copy becomes parts, or is fetched if it is too little for one. */
  private void settlePending() throws FileFailure {
    CopySource source = pending;
    if (source == null) {
      return;
    }
    if (source.length() >= Parts.SMALLEST) {
      parts.copy(source);
      copied.add(window.end() - source.length(), source);
      pending = null;
    } else {
      pending = null;
      restartWindow(window.end() - source.length());
      load(source);
    }
  }

  /**
   * Before a write at {@code offset}: behind what the server is to copy, or into its last bytes,
   * which are then fetched.
   */
  private void loadPending(long offset) throws FileFailure {
    CopySource source = pending;
    long from = pendingFrom();
    if (source == null || offset >= window.end() || offset < from) {
      settlePending();
      return;
    }
    long kept = offset - from < Parts.SMALLEST ? 0 : offset - from;
    if (source.length() - kept > services.parts().size(1)) {
      throw new FileFailure(
          Kind.UNSUPPORTED,
          "a bucket cannot change the middle of a file; only its end, or all of it");
    }
    pending = kept == 0 ? null : source.first(kept);
    restartWindow(from + kept);
    settlePending();
    load(source.from(kept));
  }

  private long pendingFrom() {
    return pending == null ? Long.MAX_VALUE : window.end() - pending.length();
  }

  /** Fetches bytes to the window's end. */
  private void load(CopySource source) throws FileFailure {
    long end = window.end();
    while (window.missingFor(end + source.length()) > 0) {
      takePiece();
      if (window.end() != end) {
        throw new FileFailure(Kind.STORE_ERROR, "the store did not take what was sent before");
      }
    }
    List<ByteBuffer> room = window.room(source.length());
    Ranges.read(services.bucket(), source.object(), source.offset(), room);
    window.filled(source.length());
  }

  /** Reads what is in memory, or what is another object's. */
  int read(long offset, ByteBuffer into) throws FileFailure {
    if (offset >= window.end() || !into.hasRemaining()) {
      return 0;
    }
    if (offset >= window.origin()) {
      return window.read(offset, into);
    }
    CopySource waiting = pending;
    CopySource from =
        waiting != null && offset >= pendingFrom()
            ? waiting.from(offset - pendingFrom())
            : copied.at(offset);
    if (from == null) {
      throw new FileFailure(
          Kind.UNSUPPORTED, "what the bucket has of an upload can be read when it is complete");
    }
    int count = (int) Math.min(into.remaining(), from.length());
    int limit = into.limit();
    into.limit(into.position() + count);
    try {
      Ranges.read(services.bucket(), from.object(), from.offset(), into);
    } finally {
      into.limit(limit);
    }
    return count;
  }

  /** Cuts what is still here or all of it, or lengthens it by little. Never to zero. */
  void setSize(long newSize) throws FileFailure {
    refuseTooLarge(0, newSize);
    CopySource source = pending;
    if (source != null && newSize > pendingFrom() && newSize <= window.end()) {
      pending = source.first(newSize - pendingFrom());
      restartWindow(newSize);
    } else if (newSize > window.end() && newSize - window.end() <= AHEAD) {
      while (window.end() < newSize) {
        int count = (int) Math.min(ZEROS.capacity(), newSize - window.end());
        write(window.end(), ZEROS.slice(0, count));
      }
    } else if (newSize >= window.origin() && newSize <= window.end()) {
      memory.release(window.cut(newSize));
    } else {
      throw new FileFailure(
          Kind.UNSUPPORTED,
          newSize > window.end()
              ? "a bucket cannot lengthen a file by a hole"
              : "the bucket has these bytes already; only all of the upload can be taken back");
    }
  }

  /** Waits until no part is on its way, so that none is recorded any more. */
  void awaitParts() throws FileFailure {
    parts.awaitNone();
  }

  /** Nothing is written yet. */
  void clear() throws FileFailure {
    parts.stop();
    parts.restart(List.of(), 0);
    letGo(0);
  }

  /** Forgets everything but how long it was. */
  void letGo(long size) {
    pending = null;
    copied.clear();
    restartWindow(size);
  }

  /**
   * Goes on from what is recorded. If that fails, nothing is held.
   *
   * @param highestPart the highest number of a part that the server has
   */
  void restore(Saved saved, int highestPart) throws FileFailure {
    parts.restart(saved.parts(), highestPart);
    letGo(SentParts.length(parts.sent()));
    if (saved.tailBytes() == 0) {
      return;
    }
    memory.awaitInto(window, RESTART, false);
    try {
      int offset = 0;
      for (ByteBuffer piece : window.room(saved.tailBytes())) {
        int count = piece.remaining();
        record.readTail(offset, piece);
        offset += count;
      }
      window.filled(saved.tailBytes());
    } finally {
      if (window.length() == 0) {
        letGo(window.origin());
      }
    }
  }

  /** What the object is made of. */
  sealed interface Complete {
    /** One object, as it is. */
    record Copy(ObjectInfo source) implements Complete {}

    /** Little enough for one request; stays in memory. */
    record Whole(Payload payload) implements Complete {}

    record InParts(List<Part> parts) implements Complete {}
  }

  /** All of it, in the shape that costs the fewest requests; all parts are sent. */
  Complete complete(boolean multipartBegun) throws FileFailure {
    if (window.hasGap()) {
      throw new FileFailure(
          Kind.UNSUPPORTED,
          "bytes %d to %d never came".formatted(window.end(), window.gapEnd() - 1));
    }
    CopySource source = pending;
    boolean nothingSent = !parts.anyBegun() && !multipartBegun;
    if (nothingSent && source != null && source.isWhole()) {
      return new Complete.Copy(source.object());
    }
    settlePending();
    if (nothingSent && !parts.anyBegun()) {
      return new Complete.Whole(inMemory());
    }
    if (window.length() > 0 || !parts.anyBegun()) {
      seal(window.length());
    }
    parts.finish();
    for (ObjectInfo object : copied.objects()) {
      services.bucket().requireUnchanged(object);
    }
    List<Part> sent = parts.sent();
    if (SentParts.length(sent) != window.end()) {
      throw new IllegalStateException("the parts are not the file");
    }
    return new Complete.InParts(sent);
  }

  private Payload inMemory() {
    return PartSender.payload(window.peek(window.length()), window.length());
  }

  /**
   * What can be kept: parts, and too few bytes for one behind them.
   *
   * @param parts how many the server has
   * @param tail lies where it is, until the memory is let go
   */
  record Keepable(int parts, Payload tail) {}

  /** Sends whatever is enough for a part, and waits for it. */
  Keepable keepable() throws FileFailure {
    if (!parts.failed()) {
      settlePending();
      if (window.length() >= Parts.SMALLEST) {
        seal(window.length());
      }
      parts.finishQuietly();
    }
    parts.stop();
    List<Part> sent = parts.sent();
    boolean follows = SentParts.length(sent) == window.origin();
    return new Keepable(sent.size(), follows ? inMemory() : Payload.EMPTY);
  }

  /** Waits until nothing is under way. */
  void stop() throws FileFailure {
    parts.stop();
  }
}
