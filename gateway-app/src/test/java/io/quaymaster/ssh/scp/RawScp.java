package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.ByteText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/** A client that speaks any bytes. Text is byte text. */
final class RawScp implements AutoCloseable {
  private static final Duration PATIENCE = ScpTestServer.PATIENCE;

  private final ClientSession session;
  private final ChannelExec channel;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final OutputStream to;
  private final InputStream from;

  RawScp(ScpTestServer server, String line) throws IOException {
    session =
        server
            .client
            .connect("alice@acme", "127.0.0.1", server.port())
            .verify(PATIENCE)
            .getClientSession();
    session.addPublicKeyIdentity(server.keyPair);
    session.auth().verify(PATIENCE);
    channel = session.createExecChannel(ByteText.bytes(line), null, Map.of());
    channel.setErr(errors);
    channel.open().verify(PATIENCE);
    to = channel.getInvertedIn();
    from = channel.getInvertedOut();
  }

  RawScp send(String text) throws IOException {
    return send(ByteText.bytes(text));
  }

  RawScp send(byte[] bytes) throws IOException {
    to.write(bytes);
    to.flush();
    return this;
  }

  RawScp expectOk() throws IOException {
    assertThat(answer()).isEmpty();
    return this;
  }

  /** Empty for an acknowledgement; else the message, without its line break. */
  String answer() throws IOException {
    int first = from.read();
    if (first == 0) {
      return "";
    }
    assertThat(first).as("an answer").isEqualTo(1);
    return line();
  }

  /** Up to a line break. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = from.read(); c != '\n'; c = from.read()) {
      assertThat(c).as("a byte behind '%s'", line).isNotNegative();
      line.append((char) c);
    }
    return line.toString();
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = from.readNBytes(count);
    assertThat(bytes).hasSize(count);
    return bytes;
  }

  /** The client has no more to send. */
  RawScp end() throws IOException {
    to.close();
    return this;
  }

  /** What the server sent beyond what was read, and that it ends with this status. */
  String expectExit(int status) throws IOException {
    String rest = ByteText.of(from.readAllBytes());
    assertThat(channel.waitFor(Set.of(ClientChannelEvent.CLOSED), PATIENCE))
        .contains(ClientChannelEvent.CLOSED);
    assertThat(Objects.requireNonNull(channel.getExitStatus(), "exit status")).isEqualTo(status);
    return rest;
  }

  String errors() {
    return ByteText.of(errors.toByteArray());
  }

  /** Goes away without a word. */
  void vanish() {
    session.close(true);
  }

  @Override
  public void close() {
    session.close(true);
  }
}
