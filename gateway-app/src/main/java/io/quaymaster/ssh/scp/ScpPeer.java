package io.quaymaster.ssh.scp;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.Refusals;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Telling;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.ServedChannel.Complaints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The client on the other side: acknowledgements, messages and records, each of which both sides
 * send. Remembers whether anything failed, for the exit status. One thread.
 */
final class ScpPeer {
  private static final int OK = 0;
  private static final int ERROR = 1;

  private final ChannelInput in;
  private final ChannelOutput out;
  private final Refusals refusals;
  private final @Nullable Complaints trace;
  private boolean failed;

  /**
   * @param trace who is told of every record; null: nobody
   */
  ScpPeer(ChannelInput in, ChannelOutput out, Refusals refusals, @Nullable Complaints trace) {
    this.in = in;
    this.out = out;
    this.refusals = refusals;
    this.trace = trace;
  }

  /** Whether something was not done, here or there. */
  boolean failed() {
    return failed;
  }

  void setFailed() {
    failed = true;
  }

  void acknowledge() throws IOException, InterruptedException {
    out.putByte(OK);
    out.flush();
  }

  /** Sends a control record. */
  void send(String record) throws IOException, InterruptedException {
    trace("Sending: ", record);
    byte[] bytes = ByteText.bytes(record + "\n");
    out.putBytes(bytes, 0, bytes.length);
    out.flush();
  }

  /** Bytes of a file. They go out as packets fill; the end of the file is what sends the rest. */
  void sendData(ByteBuffer bytes) throws IOException, InterruptedException {
    out.putBytes(bytes);
  }

  /**
   * Waits for what the client says to what it was sent last.
   *
   * @return whether it is content; if not, it goes on with what comes next
   * @throws ProtocolError if it gave up
   */
  boolean isContent() throws IOException, InterruptedException, ProtocolError {
    int answer = in.readByte();
    if (answer != OK) {
      failed = true;
      readLine();
    }
    in.release();
    if (answer > ERROR) {
      throw ProtocolError.clientGaveUp();
    }
    return answer == OK;
  }

  /**
   * The next record of a client that sends.
   *
   * @return byte text without its newline; null at the client's EOF
   */
  @Nullable String nextRecord() throws IOException, InterruptedException, ProtocolError {
    if (!in.await(1)) {
      return null;
    }
    String line = readLine();
    in.release();
    if (line.isEmpty()) {
      throw new ProtocolError("protocol error: unexpected <newline>");
    }
    trace("Sink: ", line);
    return line;
  }

  private String readLine() throws IOException, InterruptedException, ProtocolError {
    StringBuilder line = new StringBuilder();
    while (line.length() <= ScpLimits.RECORD_BYTES) {
      ByteBuffer seen = in.peek(ScpLimits.RECORD_BYTES + 1 - line.length());
      for (int i = 0; i < seen.limit(); i++) {
        if (seen.get(i) == '\n') {
          in.skip(i + 1);
          return line.toString();
        }
        line.append((char) (seen.get(i) & 0xff));
      }
      in.skip(seen.limit());
    }
    throw new ProtocolError(
        "protocol error: a record of more than " + ScpLimits.RECORD_BYTES + " bytes");
  }

  /** Tells the client that something failed, and the audit log if it was refused. */
  void complain(String operation, String path, FileFailure failure)
      throws IOException, InterruptedException {
    complain(path, reason(operation, path, failure));
  }

  /**
   * @param path byte text
   */
  void complain(String path, String reason) throws IOException, InterruptedException {
    String shown = ByteText.shown(path);
    int cut = shown.length() - ScpLimits.MESSAGE_PATH_CHARS;
    complain((cut > 0 ? "..." + shown.substring(cut) : shown) + ": " + reason);
  }

  /** As run_err() in scp.c. */
  void complain(String message) throws IOException, InterruptedException {
    failed = true;
    int most = ScpLimits.MESSAGE_PATH_CHARS + ScpLimits.MESSAGE_REASON_CHARS;
    String cut = message.length() > most ? message.substring(0, most) : message;
    byte[] bytes = ("scp: " + cut + "\n").getBytes(StandardCharsets.UTF_8);
    out.putByte(ERROR);
    out.putBytes(bytes, 0, bytes.length);
    out.flush();
  }

  /** What a failure is called, with a line in the audit log unless it was an ordinary one. */
  String reason(String operation, String path, FileFailure failure) {
    String told = refusals.tell(Protocol.SCP, operation, ByteText.shown(path), failure);
    String classic = classicWords(failure.kind());
    if (classic == null) {
      return told;
    }
    return failure.kind().telling() == Telling.ORDINARY ? classic : classic + " (" + told + ")";
  }

  /** As strerror(3) puts it, where scp's users know the words; null: our code says more. */
  private static @Nullable String classicWords(FileFailure.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> "No such file or directory";
      case EXISTS -> "File exists";
      case NOT_A_DIRECTORY -> "Not a directory";
      case IS_A_DIRECTORY -> "Is a directory";
      case DIRECTORY_NOT_EMPTY -> "Directory not empty";
      case LINK_LOOP, LINK_ON_PATH -> "Too many levels of symbolic links";
      case NAME_TOO_LONG -> "File name too long";
      case NOT_PERMITTED -> "Permission denied";
      case SPECIAL_FILE -> "not a regular file";
      case STORE_FULL -> "No space left on device";
      case INVALID_PATH,
          INVALID_ARGUMENT,
          READ_ONLY,
          REQUEST_DENIED,
          QUOTA_BYTES,
          QUOTA_FILES,
          FILE_TOO_LARGE,
          CROSSES_STORES,
          TOO_MANY_HANDLES,
          INVALID_HANDLE,
          BUSY,
          UNSUPPORTED,
          STORE_ERROR,
          LEDGER_UNAVAILABLE,
          SESSION_ENDED ->
          null;
    };
  }

  private void trace(String what, String record) {
    if (trace != null) {
      trace.say(what + ByteText.shown(record));
    }
  }
}
