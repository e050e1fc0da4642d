package io.quaymaster.ssh.sftp;

import io.quaymaster.micro.MicroBenchmark;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Nanoseconds to read the body of one request that has arrived. */
@State(Scope.Thread)
public class RequestReaderMicro extends MicroBenchmark {
  private static final int WRITE_CREATE_TRUNCATE = 2 | 8 | 16;

  private final byte[] open =
      body(
          "/in/2026/11/settlement-000123.csv",
          body ->
              body.putInt(WRITE_CREATE_TRUNCATE)
                  .putInt(RequestedAttributes.PERMISSIONS)
                  .putInt(0644));
  private final byte[] read = body("0123", body -> body.putLong(1L << 32).putInt(32 << 10));

  /** What follows an id and a string. */
  @FunctionalInterface
  private interface Rest {
    ByteBuffer put(ByteBuffer body);
  }

  private static byte[] body(String string, Rest rest) {
    byte[] ascii = string.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer body = ByteBuffer.allocate(256).putInt(7).putInt(ascii.length).put(ascii);
    ByteBuffer done = rest.put(body).flip();
    byte[] bytes = new byte[done.remaining()];
    done.get(bytes);
    return bytes;
  }

  /** An OPEN's. */
  record Open(long id, String path, long flags, RequestedAttributes attributes) {}

  /** A READ's. */
  record Read(long id, String handle, long offset, long length) {}

  @Benchmark
  public Open open() throws MalformedMessage {
    RequestReader from = new RequestReader(open, open.length);
    return new Open(from.uint32(), from.string(), from.uint32(), RequestedAttributes.read(from));
  }

  @Benchmark
  public Read read() throws MalformedMessage {
    RequestReader from = new RequestReader(read, read.length);
    return new Read(from.uint32(), from.string(), from.uint64(), from.uint32());
  }
}
