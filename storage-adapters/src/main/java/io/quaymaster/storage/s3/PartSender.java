package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.storage.s3.UploadRecords.Part;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an upload's bytes as parts and records them: each as it comes, and where a file gets so
 * long that part numbers would run out, gathered into large ones.
 *
 * <p>Threads: one at a time.
 */
final class PartSender {
  private static final Logger log = LoggerFactory.getLogger(PartSender.class);

  /** The multipart upload on the server, begun when it is first needed. */
  @FunctionalInterface
  interface Begun {
    /**
     * @param copies whether its first part is one that the server copies
     */
    Multipart multipart(boolean copies) throws FileFailure;
  }

  private final UploadServices services;
  private final DraftRecord record;
  private final Begun begun;
  private final PartMemory memory;
  private final SentParts parts = new SentParts();
  private @Nullable Gathering gathering;

  /** Up to this number the server may have parts of an attempt that broke off. */
  private int leftOver;

  PartSender(UploadServices services, DraftRecord record, Begun begun, PartMemory memory) {
    this.services = services;
    this.record = record;
    this.begun = begun;
    this.memory = memory;
  }

  /**
   * How long the next part should be, in bytes. As short as can be where the server has one of this
   * number or a higher one from before: some complete an upload only with every part that they
   * have. Those parts were no shorter, so the file is long enough to send each of them anew.
   */
  long nextPart() {
    int next = parts.begun() + 1;
    return next <= leftOver ? Parts.SMALLEST : services.parts().size(next);
  }

  boolean anyBegun() {
    return parts.begun() > 0 || gathering != null;
  }

  /**
   * @throws FileFailure why a part could not be sent, if one could not
   */
  void check() throws FileFailure {
    parts.check();
    if (gathering != null) {
      gathering.parts().check();
    }
  }

  boolean failed() {
    return parts.failed() || (gathering != null && gathering.parts().failed());
  }

  private SentParts current() {
    return gathering == null ? parts : gathering.parts();
  }

  boolean isIdle() {
    return current().underWay() == 0;
  }

  /** Waits until a part that is under way is over, if any is. */
  void awaitOne() throws FileFailure {
    current().awaitFewerThan(Math.max(1, current().underWay()));
    check();
  }

  /** Waits until no part is on its way. What is being gathered goes on. */
  void awaitNone() throws FileFailure {
    parts.awaitFewerThan(1);
  }

  /** Sends bytes, whose memory is given back when the server has them. */
  void send(List<byte[]> pieces, long bytes) throws FileFailure {
    Multipart upload = begun.multipart(false);
    boolean withTail = record.nextPartHasTail();
    Payload payload = payload(pieces, bytes);
    if (parts.begun() < services.parts().small()) {
      parts.send(
          number -> {
            Part part = services.bucket().uploadPart(upload, number, payload);
            record.add(part, withTail);
            return part;
          },
          () -> memory.release(pieces));
      return;
    }
    Gathering large = gathering;
    if (large == null) {
      parts.awaitFewerThan(1);
      large = Gathering.begin(services.bucket(), services.scratchPrefix());
      gathering = large;
    }
    large.send(payload, withTail, () -> memory.release(pieces));
    if (large.bytes() >= services.parts().large()) {
      finishGathering();
    }
  }

  static Payload payload(List<byte[]> pieces, long bytes) {
    List<ByteBuffer> buffers = new ArrayList<>();
    long left = bytes;
    for (byte[] piece : pieces) {
      int count = (int) Math.min(left, piece.length);
      buffers.add(ByteBuffer.wrap(piece, 0, count));
      left -= count;
    }
    return Payload.of(buffers);
  }

  /** What was gathered becomes one part. */
  private void finishGathering() throws FileFailure {
    Gathering large = gathering;
    if (large == null) {
      return;
    }
    Multipart upload = begun.multipart(false);
    large.parts().awaitFewerThan(1);
    ObjectInfo object = large.complete();
    parts.send(
        number -> {
          CopySource whole = new CopySource(object, 0, object.sizeBytes());
          Part copied = services.bucket().copyPart(whole, upload, number);
          // Not every server knows the checksum of what it copies; we do.
          Part part =
              new Part(
                  number,
                  copied.sizeBytes(),
                  copied.eTag(),
                  upload.checksummed() ? large.crc32() : null);
          record.add(part, large.hasTail());
          services.bucket().delete(object.key());
          return part;
        },
        () -> {});
    gathering = null;
    parts.awaitFewerThan(1);
    parts.check();
  }

  /** The server copies bytes of an object. */
  void copy(CopySource source) throws FileFailure {
    finishGathering();
    Multipart upload = begun.multipart(true);
    for (CopySource piece : source.pieces(longestCopy(source.length()))) {
      parts.send(
          number -> {
            Part part = services.bucket().copyPart(piece, upload, number);
            record.add(part, false);
            return part;
          },
          () -> {});
    }
  }

  /** As many pieces as there are parts left over, if there are so many. */
  private long longestCopy(long length) {
    int pieces = Math.max(1, leftOver - parts.begun());
    return Math.clamp(length / pieces, 2 * Parts.SMALLEST, CopySource.PART);
  }

  /** Waits until everything is sent, and is parts of the upload. */
  void finish() throws FileFailure {
    finishGathering();
    parts.awaitFewerThan(1);
    parts.check();
  }

  /** The same for whoever keeps what was sent, whatever became of the rest. */
  void finishQuietly() {
    try {
      finish();
    } catch (FileFailure lost) {
      log.debug("A part could not be sent: {}", lost.getMessage());
    }
  }

  /** Waits until nothing is under way; what was gathered in vain is given up. */
  void stop() throws FileFailure {
    Gathering large = gathering;
    if (large != null) {
      gathering = null;
      large.parts().awaitFewerThan(1);
      large.abort();
    }
    parts.awaitFewerThan(1);
  }

  /** The parts that the server has, from the first on without a gap. */
  List<Part> sent() {
    return parts.contiguous();
  }

  /**
   * Goes on from parts that the server has. Nothing is under way.
   *
   * @param highest the highest number that a part has on the server
   */
  void restart(List<Part> sent, int highest) {
    parts.restart(sent);
    leftOver = highest;
  }
}
