package io.quaymaster.ssh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a socket brings until a moment, however slowly it comes. Closing it lets the socket wait as
 * long as it likes again.
 */
final class DeadlineInput extends InputStream {
  private final Socket socket;
  private final InputStream in;
  private final long deadline;

  DeadlineInput(Socket socket, Duration atMost) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.deadline = System.nanoTime() + atMost.toNanos();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left <= 0) {
      throw new SocketTimeoutException("it did not come in time");
    }
    socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
    return in.read(bytes, offset, length);
  }

  @Override
  public void close() throws IOException {
    socket.setSoTimeout(0);
  }
}
