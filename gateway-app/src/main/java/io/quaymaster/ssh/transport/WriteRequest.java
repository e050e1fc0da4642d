package io.quaymaster.ssh.transport;

import java.nio.ByteBuffer;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** A packet on its way to the socket, or the end of all output. */
final class WriteRequest extends AbstractIoWriteFuture {
  private final @Nullable ByteBuffer data;
  private final int length;

  private WriteRequest(Object id, @Nullable ByteBuffer data) {
    super(id, null);
    this.data = data;
    this.length = data == null ? 0 : data.remaining();
  }

  /** Shares the buffer's bytes: they must stay as they are until this future is done. */
  static WriteRequest packet(Object id, Buffer buffer) {
    return new WriteRequest(id, ByteBuffer.wrap(buffer.array(), buffer.rpos(), buffer.available()));
  }

  static WriteRequest endOfOutput(Object id) {
    return new WriteRequest(id, null);
  }

  /** What is still to be written; null at the end of all output. */
  @Nullable ByteBuffer data() {
    return data;
  }

  /** Bytes at the start. */
  int length() {
    return length;
  }

  void written() {
    setValue(true);
  }

  void failed(Throwable cause) {
    setValue(cause);
  }
}
