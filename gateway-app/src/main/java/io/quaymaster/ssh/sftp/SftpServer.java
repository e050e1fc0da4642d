package io.quaymaster.ssh.sftp;

import io.quaymaster.access.Protocol;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.Refusals;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.DirectBuffers;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An SFTP version 3 server on one channel: takes requests in order, answers each, and puts replies
 * together while more requests wait.
 *
 * <p>A message that cannot be framed, or comes before INIT, ends the channel. One that is framed
 * but malformed is answered with BAD_MESSAGE. Every request that came before the client's EOF is
 * done and answered.
 */
public final class SftpServer {
  private static final int VERSION = 3;
  private static final int INIT = 1;

  /** Bodies up to this size, which is nearly all but WRITE's, share one array. */
  private static final int USUAL_BODY_BYTES = 2 * 4096;

  /** id, handle's length, offset, data's length. */
  private static final int WRITE_FIXED_BYTES = 4 + 4 + 8 + 4;

  private final ChannelInput in;
  private final ReplyWriter reply;
  private final SftpLimits limits;
  private final Refusals refusals;
  private final SftpMeters meters;
  private final SftpSettings settings;
  private final Handles handles;
  private final SftpRequests requests;
  private final byte[] usualBody = new byte[USUAL_BODY_BYTES];
  private boolean initialised;

  public SftpServer(
      ChannelInput in,
      ChannelOutput out,
      AccountFiles files,
      Refusals refusals,
      SftpLimits limits,
      DirectBuffers buffers,
      SftpMeters meters,
      Clock clock) {
    this.in = in;
    this.reply = new ReplyWriter(out);
    this.limits = limits;
    this.refusals = refusals;
    this.meters = meters;
    this.settings = files.grant().sftp();
    this.handles = new Handles(limits.handles());
    this.requests = new SftpRequests(files, handles, reply, limits, buffers, clock);
  }

  /**
   * Serves until the client's EOF.
   *
   * @throws IOException if the client is gone or cannot be understood
   */
  public void serve() throws IOException, InterruptedException {
    try {
      while (in.await(Integer.BYTES)) {
        long length = in.readUint32();
        if (length < 1 || length > limits.packetBytes()) {
          throw new IOException(
              "an SFTP message of %d bytes; 1 to %d are allowed"
                  .formatted(length, limits.packetBytes()));
        }
        serveOne((int) length);
        in.release();
        if (in.available() < Integer.BYTES) {
          reply.flush();
        }
      }
      reply.flush();
    } finally {
      handles.closeDirectories();
    }
  }

  private void serveOne(int length) throws IOException, InterruptedException {
    int number = in.readByte();
    int body = length - 1;
    if (number == INIT) {
      init(read(body));
      return;
    }
    if (!initialised) {
      throw new IOException("an SFTP request before INIT");
    }
    if (body < Integer.BYTES) {
      throw new IOException("an SFTP message without an id");
    }
    long startedAt = System.nanoTime();
    RequestType type = RequestType.ofNumber(number);
    if (type == RequestType.WRITE) {
      write(body);
    } else {
      RequestReader request = read(body);
      type = answer(number, type, request);
    }
    meters.served(type, System.nanoTime() - startedAt);
  }

  private RequestReader read(int body) throws IOException, InterruptedException {
    byte[] bytes = body <= USUAL_BODY_BYTES ? usualBody : new byte[body];
    in.readFully(bytes, body);
    return new RequestReader(bytes, body);
  }

  private void init(RequestReader request) throws IOException, InterruptedException {
    try {
      request.uint32();
    } catch (MalformedMessage none) {
      throw new IOException("an SFTP INIT without a version", none);
    }
    List<RequestType> extensions =
        Arrays.stream(RequestType.values())
            .filter(type -> type.extension() != null && isAllowed(type))
            .toList();
    reply.version(VERSION, extensions);
    initialised = true;
  }

  private boolean isAllowed(RequestType type) {
    return settings.allowsRequest(type.listName()) && !(settings.readOnly() && type.changes());
  }

  /**
   * @return the type, also where an extension's name tells it
   */
  private @Nullable RequestType answer(
      int number, @Nullable RequestType base, RequestReader request)
      throws IOException, InterruptedException {
    long id = 0;
    RequestType type = base;
    try {
      id = request.uint32();
      if (number == RequestType.EXTENDED) {
        type = RequestType.ofExtension(request.string());
      }
      if (type == null) {
        reply.status(id, Status.OP_UNSUPPORTED, "UNSUPPORTED: no such request");
        return null;
      }
      requireAllowed(type);
      requests.answer(type, id, request);
    } catch (MalformedMessage malformed) {
      reply.status(id, Status.BAD_MESSAGE, "BAD_MESSAGE: " + malformed.getMessage());
    } catch (FileFailure failure) {
      refuse(id, type, failure, requests.subject());
    }
    return type;
  }

  private void requireAllowed(RequestType type) throws FileFailure {
    if (settings.readOnly() && type.changes()) {
      throw new FileFailure(Kind.READ_ONLY, "this account is read-only");
    }
    if (!settings.allowsRequest(type.listName())) {
      throw new FileFailure(
          Kind.REQUEST_DENIED, "this account may not send '" + type.listName() + "' requests");
    }
  }

  private void refuse(long id, @Nullable RequestType type, FileFailure failure, String subject)
      throws IOException, InterruptedException {
    String operation = type == null ? "unknown" : type.listName();
    reply.status(
        id, Status.of(failure.kind()), refusals.tell(Protocol.SFTP, operation, subject, failure));
  }

  /** A WRITE's payload is not gathered first: it goes from where it arrived to the store. */
  private void write(int body) throws IOException, InterruptedException {
    if (body < WRITE_FIXED_BYTES) {
      malformedWrite(body, "too short");
      return;
    }
    long id = in.readUint32();
    long handleLength = in.readUint32();
    if (handleLength > body - WRITE_FIXED_BYTES) {
      in.skip(body - 2 * Integer.BYTES);
      reply.status(id, Status.BAD_MESSAGE, "BAD_MESSAGE: a handle longer than the message");
      return;
    }
    byte[] handle = new byte[(int) handleLength];
    in.readFully(handle, handle.length);
    long offset = in.readUint32() << 32 | in.readUint32();
    long length = in.readUint32();
    int left = body - WRITE_FIXED_BYTES - handle.length;
    if (length > left) {
      in.skip(left);
      reply.status(id, Status.BAD_MESSAGE, "BAD_MESSAGE: more data announced than sent");
      return;
    }
    AccountFile file = handles.file(ByteText.of(handle));
    FileFailure failure = store(file, offset, (int) length);
    in.skip(left - (int) length);
    if (file == null) {
      reply.status(id, Status.FAILURE, "INVALID_HANDLE: no such file is open");
    } else if (failure != null) {
      refuse(id, RequestType.WRITE, failure, file.shownPath());
    } else {
      reply.status(id, Status.OK, Status.OK.text());
    }
  }

  private void malformedWrite(int body, String how) throws IOException, InterruptedException {
    long id = in.readUint32();
    in.skip(body - Integer.BYTES);
    reply.status(id, Status.BAD_MESSAGE, "BAD_MESSAGE: " + how);
  }

  private @Nullable FileFailure store(@Nullable AccountFile file, long offset, int length)
      throws IOException, InterruptedException {
    if (file == null) {
      in.skip(length);
      return null;
    }
    int done = 0;
    try {
      requireAllowed(RequestType.WRITE);
      file.prepareWrite(offset, length);
      while (done < length) {
        in.gather(length - done);
        var piece = in.peek(length - done);
        int size = piece.remaining();
        file.write(offset + done, piece);
        in.skip(size);
        done += size;
        in.release();
      }
      return null;
    } catch (FileFailure failed) {
      in.skip(length - done);
      return failed;
    } catch (EOFException cut) {
      throw new IOException("the client went away in the middle of a WRITE", cut);
    }
  }
}
