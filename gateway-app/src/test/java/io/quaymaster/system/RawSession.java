package io.quaymaster.system;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;

/**
 * An SFTP session without a client program around it, of which one process can hold a thousand:
 * begins, uploads small files, is refused (draft-ietf-secsh-filexfer-02). Threads: one.
 */
final class RawSession implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int INIT = 1;
  private static final int OPEN = 3;
  private static final int CLOSE = 4;
  private static final int WRITE = 6;
  private static final int RENAME = 18;
  private static final int STATUS = 101;
  private static final int HANDLE = 102;

  /** WRITE, CREAT and TRUNC. */
  private static final int NEW_FILE = 0x1a;

  private static final int MOST_AT_ONCE = 32 << 10;

  private final ClientSession session;
  private final OutputStream out;
  private final DataInputStream in;

  /** Returns when the server has answered with its version. */
  static RawSession open(SshClient client, String login, int port) throws IOException {
    ClientSession session =
        client.connect(login, "127.0.0.1", port).verify(PATIENCE).getClientSession();
    session.auth().verify(PATIENCE);
    ChannelSubsystem channel = session.createSubsystemChannel("sftp");
    channel.open().verify(PATIENCE);
    return new RawSession(session, channel.getInvertedIn(), channel.getInvertedOut());
  }

  private RawSession(ClientSession session, OutputStream out, InputStream in) throws IOException {
    this.session = session;
    this.out = out;
    this.in = new DataInputStream(in);
    send(INIT, body -> body.writeInt(3));
    answer();
  }

  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream to) throws IOException;
  }

  private void send(int type, Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    body.write(data);
    DataOutputStream message = new DataOutputStream(out);
    message.writeInt(1 + bytes.size());
    message.writeByte(type);
    bytes.writeTo(message);
    message.flush();
  }

  private record Answer(int type, ByteBuffer rest) {
    String text() {
      return StandardCharsets.UTF_8.decode(rest.duplicate()).toString();
    }
  }

  private Answer answer() throws IOException {
    int length = in.readInt();
    int type = in.readUnsignedByte();
    return new Answer(type, ByteBuffer.wrap(in.readNBytes(length - 1)));
  }

  private void mustSucceed() throws IOException {
    Answer answer = answer();
    // id and code, four bytes each
    if (answer.type() != STATUS || answer.rest().get(7) != 0) {
      throw new IOException(answer.text());
    }
  }

  /** Both are paths, and the server must say no. */
  void renameRefused(String from, String to) throws IOException {
    byte[] old = from.getBytes(StandardCharsets.UTF_8);
    byte[] wanted = to.getBytes(StandardCharsets.UTF_8);
    send(
        RENAME,
        body -> {
          body.writeInt(4);
          body.writeInt(old.length);
          body.write(old);
          body.writeInt(wanted.length);
          body.write(wanted);
        });
    Answer answer = answer();
    if (answer.type() != STATUS || answer.rest().get(7) == 0) {
      throw new IOException("renamed " + from);
    }
  }

  void upload(String path, byte[] content) throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    send(
        OPEN,
        body -> {
          body.writeInt(1);
          body.writeInt(name.length);
          body.write(name);
          body.writeInt(NEW_FILE);
          body.writeInt(0);
        });
    Answer opened = answer();
    if (opened.type() != HANDLE) {
      throw new IOException(opened.text());
    }
    byte[] handle = new byte[opened.rest().remaining() - 4];
    opened.rest().get(4, handle);
    for (int at = 0; at < content.length; at += MOST_AT_ONCE) {
      int from = at;
      int size = Math.min(MOST_AT_ONCE, content.length - at);
      send(
          WRITE,
          body -> {
            body.writeInt(2);
            body.write(handle);
            body.writeLong(from);
            body.writeInt(size);
            body.write(content, from, size);
          });
      mustSucceed();
    }
    send(
        CLOSE,
        body -> {
          body.writeInt(3);
          body.write(handle);
        });
    mustSucceed();
  }

  @Override
  public void close() {
    session.close(true);
  }
}
