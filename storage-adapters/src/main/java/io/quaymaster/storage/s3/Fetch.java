package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * A range of an object on its way into memory. What has arrived can be read while the rest is still
 * coming.
 *
 * <p>Threads: one fetches, others read.
 */
final class Fetch {
  private static final int PIECE = TransferMemory.PIECE;
  private static final int TRIES = 4;

  private final Bucket bucket;
  private final ObjectInfo object;
  private final long offset;
  private final int length;
  private final List<byte[]> pieces = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  /** Of the fetching thread alone. */
  private int received;

  private int filled;
  private boolean over;
  private boolean cancelled;
  private @Nullable FileFailure failure;
  private @Nullable ResponseInputStream<GetObjectResponse> body;

  /**
   * @param pieces enough for {@code length} bytes
   */
  Fetch(Bucket bucket, ObjectInfo object, long offset, int length, List<byte[]> pieces) {
    this.bucket = bucket;
    this.object = object;
    this.offset = offset;
    this.length = length;
    this.pieces.addAll(pieces);
  }

  long offset() {
    return offset;
  }

  long end() {
    return offset + length;
  }

  /**
   * Fetches, on the caller's thread.
   *
   * @param after takes the memory back if the fetch was cancelled meanwhile
   */
  void run(Consumer<List<byte[]>> after) {
    FileFailure failed = null;
    try {
      fetch();
    } catch (FileFailure refused) {
      failed = refused;
    } catch (SdkException wrong) {
      failed = bucket.broken(wrong);
    } catch (RuntimeException | Error defect) {
      failed = new FileFailure(Kind.STORE_ERROR, "the store failed", defect);
    }
    lock.lock();
    try {
      over = true;
      failure = failed;
      arrived.signalAll();
      if (cancelled) {
        after.accept(pieces);
      }
    } finally {
      lock.unlock();
    }
  }

  private void fetch() throws FileFailure {
    IOException last = null;
    for (int attempt = 0; attempt < TRIES && received < length && !isCancelled(); attempt++) {
      int before = received;
      try (var stream = bucket.get(object, offset + received, length - received)) {
        if (!reading(stream)) {
          stream.abort();
          return;
        }
        fill(stream);
      } catch (IOException broken) {
        last = broken;
        if (isWhole()) {
          received = 0;
        }
      }
      if (received > before) {
        attempt = 0;
      }
    }
    if (filled < length && !isCancelled()) {
      throw new FileFailure(Kind.STORE_ERROR, "the store broke off in the middle of a file", last);
    }
  }

  private boolean reading(ResponseInputStream<GetObjectResponse> stream) {
    lock.lock();
    try {
      body = stream;
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  private boolean isCancelled() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  private void fill(ResponseInputStream<GetObjectResponse> stream) throws IOException {
    while (received < length) {
      byte[] piece = pieces.get(received / PIECE);
      int at = received % PIECE;
      int read = stream.read(piece, at, Math.min(PIECE - at, length - received));
      if (read < 0) {
        return;
      }
      received += read;
      if (!isWhole()) {
        show();
      }
    }
    Ranges.toTheEnd(stream);
    show();
  }

  /** Only of a whole object is there a checksum: nobody sees its bytes before that is compared. */
  private boolean isWhole() {
    return length == object.sizeBytes();
  }

  private void show() {
    lock.lock();
    try {
      filled = received;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads from {@code from} on, at least a byte; waits for it.
   *
   * @param from within the range
   */
  int read(long from, ByteBuffer into) throws FileFailure {
    int at = (int) (from - offset);
    lock.lock();
    try {
      while (filled <= at && !over && !cancelled) {
        arrived.await();
      }
      if (cancelled) {
        throw new FileFailure(Kind.INVALID_HANDLE, "the file is closed");
      }
      if (filled <= at) {
        FileFailure why = failure;
        throw why == null
            ? new FileFailure(Kind.STORE_ERROR, "the store broke off in the middle of a file")
            : new FileFailure(why.kind(), why.getMessage(), why);
      }
      int count = Math.min(filled - at, into.remaining());
      for (int done = 0; done < count; ) {
        int inPiece = (at + done) % PIECE;
        int step = Math.min(PIECE - inPiece, count - done);
        into.put(pieces.get((at + done) / PIECE), inPiece, step);
        done += step;
      }
      return count;
    } catch (InterruptedException stopped) {
      throw PartMemory.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Nobody reads it any more; who waits for it is told so. The second time nothing happens.
   *
   * @return the memory, unless the fetch is still under way and gives it back itself
   */
  List<byte[]> cancel() {
    lock.lock();
    try {
      boolean first = !cancelled;
      cancelled = true;
      arrived.signalAll();
      if (over) {
        return first ? pieces : List.of();
      }
      if (body != null) {
        body.abort();
      }
      return List.of();
    } finally {
      lock.unlock();
    }
  }
}
