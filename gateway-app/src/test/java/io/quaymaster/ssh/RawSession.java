package io.quaymaster.ssh;

import java.io.IOException;
import java.util.Arrays;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;

/**
 * An SFTP session without a client program around it, of which one process can hold a thousand:
 * begins, uploads small files, is refused. Threads: one.
 */
public final class RawSession implements AutoCloseable {
  private static final int MOST_AT_ONCE = 32 << 10;

  private final SftpWire wire;

  private RawSession(SftpWire wire) {
    this.wire = wire;
  }

  /** Returns when the server has answered with its version. */
  public static RawSession open(SshClient client, String login, int port) throws IOException {
    ClientSession session =
        client.connect(login, "127.0.0.1", port).verify(RawClient.PATIENCE).getClientSession();
    session.auth().verify(RawClient.PATIENCE);
    return new RawSession(SftpWire.over(session));
  }

  /**
   * @throws IOException the server refused a part of it
   */
  public void upload(String path, byte[] content) throws IOException {
    String handle = wire.open(path, SftpWire.WRITE | SftpWire.CREATE | SftpWire.TRUNCATE);
    for (int at = 0; at < content.length; at += MOST_AT_ONCE) {
      int end = Math.min(at + MOST_AT_ONCE, content.length);
      mustSucceed(SftpMessage.write(handle, at, Arrays.copyOfRange(content, at, end)));
    }
    mustSucceed(SftpMessage.about(SftpMessage.CLOSE, handle));
  }

  /**
   * @throws IOException the server renamed it
   */
  public void renameRefused(String from, String to) throws IOException {
    if (wire.status(SftpMessage.about(SftpMessage.RENAME, from).string(to)) == SftpReply.OK) {
      throw new IOException("renamed " + from);
    }
  }

  private void mustSucceed(SftpMessage message) throws IOException {
    SftpReply reply = wire.call(message);
    if (reply.status() != SftpReply.OK) {
      throw new IOException(reply.message());
    }
  }

  @Override
  public void close() {
    wire.close();
  }
}
