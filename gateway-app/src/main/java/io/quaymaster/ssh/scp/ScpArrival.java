package io.quaymaster.ssh.scp;

import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.transfer.Transfer.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way in, from the answer to its record to its last acknowledgement. The first
 * failure is kept, and told when the client listens again. One thread.
 */
final class ScpArrival {
  private final AccountFile file;
  private final String path;
  private final long sizeBytes;
  private final AttributeChange change;
  private final ScpPeer peer;
  private final ChannelInput in;
  private long reserved;
  private @Nullable FileFailure failure;

  /**
   * @param path byte text, for messages
   * @param sizeBytes as announced
   * @param change what the file gets when it is complete
   */
  ScpArrival(
      AccountFile file,
      String path,
      long sizeBytes,
      AttributeChange change,
      ScpPeer peer,
      ChannelInput in) {
    this.file = file;
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.change = change;
    this.peer = peer;
    this.in = in;
  }

  void take() throws IOException, InterruptedException, ProtocolError {
    // A refusal instead of an acknowledgement keeps the client from sending anything.
    reserveFrom(0);
    if (failure == null) {
      peer.acknowledge();
      takeBytes();
      end(takeVerdict());
    } else {
      end(false);
    }
  }

  /**
   * All bytes are taken, also when the store takes no more: the client's next record is behind
   * them.
   */
  private void takeBytes() throws IOException, InterruptedException {
    for (long done = 0; done < sizeBytes; ) {
      if (done == reserved) {
        reserveFrom(done);
      }
      int coming = (int) (reserved - done);
      in.gather(coming);
      ByteBuffer piece = in.peek(coming);
      int length = piece.remaining();
      long offset = done;
      attempt(() -> file.write(offset, piece));
      in.skip(length);
      done += length;
      in.release();
    }
  }

  private void reserveFrom(long offset) {
    int length = (int) Math.min(ScpLimits.RESERVE_BYTES, sizeBytes - offset);
    reserved = offset + length;
    attempt(() -> file.prepareWrite(offset, length));
  }

  /** Whether the client could read all that it sent. Times last: nothing is written after them. */
  private boolean takeVerdict() throws IOException, InterruptedException, ProtocolError {
    attempt(this::cut);
    if (change.mode() != null) {
      attempt(() -> file.setAttributes(new AttributeChange(change.mode(), null)));
    }
    boolean whole = peer.isContent();
    if (change.times() != null) {
      attempt(() -> file.setAttributes(new AttributeChange(null, change.times())));
    }
    return whole;
  }

  /** An older file may have been longer. */
  private void cut() throws FileFailure {
    if (file.attributes().sizeBytes() != sizeBytes) {
      file.setSize(sizeBytes);
    }
  }

  private void end(boolean whole) throws IOException, InterruptedException {
    FileFailure lost = file.end(whole ? Outcome.COMPLETED : Outcome.FAILED);
    FileFailure told = failure == null ? lost : failure;
    if (told == null) {
      peer.acknowledge();
    } else {
      peer.complain("write", path, told);
    }
  }

  private void attempt(Step step) {
    if (failure == null) {
      try {
        step.run();
      } catch (FileFailure failed) {
        failure = failed;
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws FileFailure;
  }
}
