package io.quaymaster.ssh.channel;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.sshd.common.PropertyResolver;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * A channel without a network: every packet counts as written at once, and the client's window is
 * always open. Its window and packets are as large as OpenSSH's. One thread.
 */
public final class DiscardingChannel extends ChannelSession {
  private static final long PACKET_BYTES = 32 << 10;
  private static final long WINDOW_BYTES = 64 * PACKET_BYTES;

  /** All that a {@link ChannelOutput} asks of a session. */
  private static final ServerSession SESSION =
      (ServerSession)
          Proxy.newProxyInstance(
              DiscardingChannel.class.getClassLoader(),
              new Class<?>[] {ServerSession.class},
              (proxy, method, arguments) -> answer(method, arguments));

  private long sentBytes;

  public DiscardingChannel() {
    setRecipient(0);
    getRemoteWindow().init(WINDOW_BYTES, PACKET_BYTES, PropertyResolver.EMPTY);
  }

  private static @Nullable Object answer(Method method, Object @Nullable [] arguments) {
    if (method.getName().equals("prepareBuffer") && arguments != null) {
      return prepared((byte) arguments[0], (Buffer) arguments[1]);
    }
    if (method.getName().equals("getIoSession")) {
      return null;
    }
    throw new UnsupportedOperationException(method.toString());
  }

  /** As MINA's sessions do: room for the packet's head, then the message's number. */
  private static Buffer prepared(byte message, Buffer buffer) {
    buffer.rpos(SshConstants.SSH_PACKET_HEADER_LEN);
    buffer.wpos(SshConstants.SSH_PACKET_HEADER_LEN);
    buffer.putByte(message);
    return buffer;
  }

  @Override
  public ServerSession getSession() {
    return SESSION;
  }

  @Override
  public IoWriteFuture writePacket(Buffer packet) {
    sentBytes += packet.available();
    getRemoteWindow().expand(WINDOW_BYTES - getRemoteWindow().getSize());
    return AbstractIoWriteFuture.fulfilled("discarded", true);
  }

  /** Of all packets so far. */
  public long sentBytes() {
    return sentBytes;
  }
}
