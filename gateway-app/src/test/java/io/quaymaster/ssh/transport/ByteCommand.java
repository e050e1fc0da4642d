package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RemoteWindow;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * {@code echo}, {@code discard} or {@code source BYTES}, on a virtual thread per channel, as the
 * file protocols run. A source's byte at position p is {@link #pattern}(p).
 */
final class ByteCommand implements Command, ChannelDataReceiver {
  private static final byte[] END = new byte[0];
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  static final long PENDING_BYTES = 1024 * 1024;

  private final String line;
  private final LinkedBlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private @Nullable ExitCallback exit;

  private ByteCommand(String line) {
    this.line = line;
  }

  static ByteCommand create(ChannelSession channel, String line) {
    ByteCommand command = new ByteCommand(line);
    channel.setDataReceiver(command);
    return command;
  }

  static byte pattern(long position) {
    return (byte) (position * 31 + (position >> 15));
  }

  @Override
  public int data(ChannelSession channel, byte[] bytes, int start, int length) {
    if (!line.equals("echo")) {
      return length;
    }
    received.add(Arrays.copyOfRange(bytes, start, start + length));
    return 0;
  }

  @Override
  public void close() {
    received.add(END);
  }

  @Override
  public void start(ChannelSession channel, Environment env) {
    Thread.ofVirtual().start(() -> run(channel));
  }

  private void run(ChannelSession channel) {
    int status = 1;
    try {
      if (line.equals("echo")) {
        echo(channel);
      } else if (line.startsWith("source ")) {
        source(channel, Long.parseLong(line.substring("source ".length())));
      } else {
        awaitEnd();
      }
      status = 0;
    } catch (IOException | InterruptedException e) {
      status = 2;
    } finally {
      Objects.requireNonNull(exit).onExit(status);
    }
  }

  private void awaitEnd() throws InterruptedException {
    byte[] last = received.take();
    while (last.length > 0) {
      last = received.take();
    }
  }

  private void echo(ChannelSession channel) throws IOException, InterruptedException {
    for (byte[] piece = received.take(); piece.length > 0; piece = received.take()) {
      for (int sent = 0; sent < piece.length; ) {
        sent += send(channel, piece, sent, piece.length - sent);
      }
      channel.getLocalWindow().release(piece.length);
    }
  }

  private static void source(ChannelSession channel, long total)
      throws IOException, InterruptedException {
    TransportSession transport = (TransportSession) channel.getSession().getIoSession();
    byte[] piece = new byte[32 * 1024];
    for (long sent = 0; sent < total; ) {
      int length = (int) Math.min(piece.length, total - sent);
      for (int i = 0; i < length; i++) {
        piece[i] = pattern(sent + i);
      }
      sent += send(channel, piece, 0, length);
      transport.awaitPendingAtMost(PENDING_BYTES);
    }
  }

  /** Sends one packet with as much as the client takes; returns how much. */
  private static int send(ChannelSession channel, byte[] bytes, int start, int length)
      throws IOException, InterruptedException {
    RemoteWindow window = channel.getRemoteWindow();
    long space = Math.min(window.waitForSpace(PATIENCE), window.getPacketSize());
    int taken = (int) Math.min(length, space);
    Buffer packet =
        channel.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, taken + 12);
    packet.putUInt(channel.getRecipient());
    packet.putBytes(bytes, start, taken);
    window.consume(taken);
    channel.writePacket(packet);
    return taken;
  }

  @Override
  public void destroy(ChannelSession channel) {
    received.add(END);
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    exit = callback;
  }

  @Override
  public void setInputStream(InputStream in) {}

  @Override
  public void setOutputStream(OutputStream out) {}

  @Override
  public void setErrorStream(OutputStream err) {}
}
