package io.quaymaster.ssh.channel;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RemoteWindow;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;

/**
 * What the server sends on one channel. Replies are packed into SSH packets as full as the client
 * allows, whatever messages they belong to, and go out when a packet is full or {@link #flush} is
 * called; many may be under way at once, up to a bound.
 *
 * <p>Built in place: what is put here is written into the packet that will be encrypted.
 *
 * <p>Threads: one.
 */
public final class ChannelOutput {
  /**
   * Bytes handed to the transport and not yet written to the socket; then the channel's thread
   * waits.
   */
  private static final int MAX_UNDER_WAY = 1 << 20;

  /** Larger packets gain nothing, and a client that allows more than this is not believed. */
  static final int MAX_PACKET = 64 << 10;

  private final ChannelSession channel;
  private final Session session;
  private final Connection connection;
  private final PacketBuffers buffers;
  private final Throttle throttle;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition written = lock.newCondition();
  private long underWay;
  private @Nullable IOException broken;

  private @Nullable Buffer packet;
  private int lengthAt;
  private int room;

  /**
   * @param patience how long a client may leave its window closed, or the socket full
   */
  public ChannelOutput(
      ChannelSession channel, PacketBuffers buffers, Throttle throttle, Duration patience) {
    this.channel = channel;
    this.session = channel.getSession();
    this.connection = new Connection(session);
    this.buffers = buffers;
    this.throttle = throttle;
    this.patience = patience;
  }

  public void putByte(int value) throws IOException, InterruptedException {
    packet(1).putByte((byte) value);
    room--;
  }

  public void putUint32(long value) throws IOException, InterruptedException {
    Buffer to = packet(1);
    if (room >= 4) {
      to.putUInt(value & 0xffffffffL);
      room -= 4;
    } else {
      for (int shift = 24; shift >= 0; shift -= 8) {
        putByte((int) (value >>> shift));
      }
    }
  }

  public void putUint64(long value) throws IOException, InterruptedException {
    putUint32(value >>> 32);
    putUint32(value);
  }

  public void putBytes(byte[] bytes, int offset, int length)
      throws IOException, InterruptedException {
    for (int done = 0; done < length; ) {
      Buffer to = packet(1);
      int n = Math.min(room, length - done);
      to.putRawBytes(bytes, offset + done, n);
      room -= n;
      done += n;
    }
  }

  public void putBytes(ByteBuffer bytes) throws IOException, InterruptedException {
    while (bytes.hasRemaining()) {
      Buffer to = packet(1);
      int n = Math.min(room, bytes.remaining());
      bytes.get(to.array(), to.wpos(), n);
      to.wpos(to.wpos() + n);
      room -= n;
    }
  }

  /** An SSH string: its length, then its bytes. */
  public void putString(byte[] bytes) throws IOException, InterruptedException {
    putUint32(bytes.length);
    putBytes(bytes, 0, bytes.length);
  }

  public void putString(String ascii) throws IOException, InterruptedException {
    putString(ascii.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends what was put. */
  public void flush() throws IOException, InterruptedException {
    Buffer full = packet;
    if (full == null) {
      return;
    }
    packet = null;
    int end = full.wpos();
    int length = end - lengthAt - Integer.BYTES;
    if (length == 0) {
      buffers.giveBack(full);
      return;
    }
    full.wpos(lengthAt);
    full.putUInt(length);
    full.wpos(end);
    throttle.take(length);
    channel.getRemoteWindow().consume(length);
    send(full, length);
  }

  /**
   * The packet being filled, with room for at least so many bytes: the client's window may have to
   * open first.
   */
  private Buffer packet(int atLeast) throws IOException, InterruptedException {
    Buffer filling = packet;
    if (filling != null && room >= atLeast) {
      return filling;
    }
    flush();
    RemoteWindow window = channel.getRemoteWindow();
    long open = window.getSize() > 0 ? window.getSize() : opened(window);
    room = (int) Math.min(Math.min(open, window.getPacketSize()), MAX_PACKET);
    Buffer fresh = session.prepareBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, buffers.take());
    fresh.putUInt(channel.getRecipient());
    lengthAt = fresh.wpos();
    fresh.putUInt(0);
    packet = fresh;
    return fresh;
  }

  private long opened(RemoteWindow window) throws IOException, InterruptedException {
    connection.readUntil(() -> window.getSize() > 0, patience.toNanos());
    try {
      return window.waitForSpace(patience);
    } catch (SocketTimeoutException closed) {
      throw deaf();
    }
  }

  private SocketTimeoutException deaf() {
    return new SocketTimeoutException(
        "the client has read nothing for " + patience.toSeconds() + " s");
  }

  private void send(Buffer full, int length) throws IOException, InterruptedException {
    lock.lock();
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (underWay > 0 && underWay + length > MAX_UNDER_WAY && broken == null) {
        if (!written.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw deaf();
        }
      }
      if (broken != null) {
        throw broken;
      }
      underWay += length;
    } finally {
      lock.unlock();
    }
    connection.write(() -> write(full, length));
  }

  private void write(Buffer full, int length) throws IOException {
    channel.writePacket(full).addListener(done -> written(done, full, length));
  }

  private void written(IoWriteFuture done, Buffer full, int length) {
    if (done.isWritten()) {
      buffers.giveBack(full);
    }
    lock.lock();
    try {
      underWay -= length;
      Throwable failure = done.isWritten() ? null : done.getException();
      if (!done.isWritten() && broken == null) {
        broken = new IOException("the connection broke", failure);
      }
      written.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
