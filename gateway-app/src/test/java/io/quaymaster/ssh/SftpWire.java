package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;

/**
 * SFTP version 3, one message at a time, over any two streams: a channel to our server, or the
 * standard input and output of OpenSSH's sftp-server. It sends what it is told, sensible or not.
 *
 * <p>Threads: one sends, one receives.
 */
final class SftpWire implements AutoCloseable {
  static final Path OPENSSH_SERVER = Path.of("/usr/lib/openssh/sftp-server");

  static final int READ = 1;
  static final int WRITE = 2;
  static final int APPEND = 4;
  static final int CREATE = 8;
  static final int TRUNCATE = 16;
  static final int EXCLUSIVE = 32;

  /** Ends whatever the streams belong to. */
  interface End {
    void end() throws IOException;
  }

  private final DataInputStream in;
  private final OutputStream out;
  private final End end;
  private final Map<String, String> extensions = new LinkedHashMap<>();
  private int nextId;

  SftpWire(InputStream in, OutputStream out, End end) {
    this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
    this.out = out;
    this.end = end;
  }

  /** A channel on an authenticated connection, which is closed with this. */
  static SftpWire over(ClientSession session) {
    return onChannel(channel(session), () -> session.close(true));
  }

  /** One more channel on a connection, which stays. */
  static SftpWire another(ClientSession session) {
    ChannelSubsystem channel = channel(session);
    // Not at once: only then is the server told.
    return onChannel(channel, () -> channel.close(false));
  }

  static ChannelSubsystem channel(ClientSession session) {
    return channel(session, OutputStream.nullOutputStream());
  }

  /**
   * @param errors hears what the server's user would see
   */
  static ChannelSubsystem channel(ClientSession session, OutputStream errors) {
    try {
      ChannelSubsystem channel = session.createSubsystemChannel("sftp");
      channel.setErr(errors);
      channel.open().verify(RawClient.PATIENCE);
      return channel;
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  private static SftpWire onChannel(ChannelSubsystem channel, End end) {
    SftpWire wire = silent(channel, end);
    wire.init();
    return wire;
  }

  /** On a channel on which nothing was said yet. */
  static SftpWire silent(ChannelSubsystem channel, End end) {
    return new SftpWire(channel.getInvertedOut(), channel.getInvertedIn(), end);
  }

  /** OpenSSH's own server in a folder. */
  static SftpWire openSshServer(Path folder, String... arguments) {
    List<String> line =
        new ArrayList<>(List.of(OPENSSH_SERVER.toString(), "-d", folder.toString()));
    line.addAll(List.of(arguments));
    try {
      Process server =
          new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      SftpWire wire =
          new SftpWire(server.getInputStream(), server.getOutputStream(), server::destroy);
      wire.init();
      return wire;
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  void init() {
    raw(ByteBuffer.allocate(9).putInt(5).put((byte) SftpMessage.INIT).putInt(3).array());
    SftpReply version = receive();
    assertThat(version.type()).as("VERSION").isEqualTo(2);
    assertThat(version.id()).as("protocol version").isEqualTo(3);
    ByteBuffer body = ByteBuffer.wrap(version.body());
    while (body.hasRemaining()) {
      extensions.put(text(body), text(body));
    }
  }

  private static String text(ByteBuffer from) {
    byte[] bytes = new byte[from.getInt()];
    from.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Names and versions, as the server announced them. */
  Map<String, String> extensions() {
    return extensions;
  }

  /** Sends bytes as they are. */
  void raw(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException gone) {
      throw new IllegalStateException(gone);
    }
  }

  /** Sends a request and does not wait; returns its id. */
  int send(SftpMessage message) {
    int id = nextId++;
    raw(message.framed(id));
    return id;
  }

  /** The next answer, whatever it answers. */
  SftpReply receive() {
    try {
      byte[] message = new byte[in.readInt()];
      in.readFully(message);
      ByteBuffer from = ByteBuffer.wrap(message);
      int type = from.get() & 0xff;
      int id = from.getInt();
      byte[] body = new byte[from.remaining()];
      from.get(body);
      return new SftpReply(type, id, body);
    } catch (IOException gone) {
      throw new IllegalStateException("the server sends no more", gone);
    }
  }

  /** Sends a request and waits for its answer. */
  SftpReply call(SftpMessage message) {
    int id = send(message);
    SftpReply reply = receive();
    assertThat(reply.id()).as("id of the answer").isEqualTo(id);
    return reply;
  }

  /** Opens a file that must open. */
  String open(String path, int flags) {
    return call(SftpMessage.open(path, flags)).handle();
  }

  int status(SftpMessage message) {
    return call(message).status();
  }

  /** Everything that a directory lists, {@code .} and {@code ..} too. */
  List<SftpReply.Name> list(String path) {
    String handle = call(SftpMessage.about(SftpMessage.OPENDIR, path)).handle();
    List<SftpReply.Name> names = new ArrayList<>();
    while (true) {
      SftpReply reply = call(SftpMessage.about(SftpMessage.READDIR, handle));
      if (reply.isStatus()) {
        assertThat(reply.status()).isEqualTo(SftpReply.EOF);
        call(SftpMessage.about(SftpMessage.CLOSE, handle));
        return names;
      }
      names.addAll(reply.names());
    }
  }

  /** Sends no more; what was sent is still answered. */
  void endOfInput() {
    try {
      out.close();
    } catch (IOException gone) {
      throw new IllegalStateException(gone);
    }
  }

  /** Whether the server ended the stream; waits for an answer or the end. */
  boolean ends() {
    try {
      return in.read() < 0;
    } catch (IOException gone) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      end.end();
    } catch (IOException gone) {
      throw new IllegalStateException(gone);
    }
  }
}
