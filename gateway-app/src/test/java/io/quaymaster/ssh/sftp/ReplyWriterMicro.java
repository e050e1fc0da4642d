package io.quaymaster.ssh.sftp;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.micro.MicroBenchmark;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.DiscardingChannel;
import io.quaymaster.ssh.channel.PacketBuffers;
import io.quaymaster.ssh.channel.Throttle;
import io.quaymaster.ssh.sftp.ReplyWriter.Named;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Nanoseconds to write one reply into a packet that is ready to be encrypted; of {@link #names},
 * one entry. What would be sent is thrown away.
 */
@State(Scope.Thread)
public class ReplyWriterMicro extends MicroBenchmark {
  private static final int TOGETHER = 64;
  private static final int ENTRIES = 100;
  private static final int DATA_BYTES = 32 << 10;

  private final DiscardingChannel channel = new DiscardingChannel();
  private final ReplyWriter writer =
      new ReplyWriter(
          new ChannelOutput(channel, new PacketBuffers(2), Throttle.NONE, Duration.ofSeconds(1)));
  private final ByteBuffer data = ByteBuffer.allocateDirect(DATA_BYTES);
  private final List<Named> entries =
      Collections.nCopies(
          ENTRIES,
          new Named(
              "settlement-000123.csv",
              "-rw-r-----    1 alice    acme        48213 Nov 22 10:15 settlement-000123.csv",
              new FileAttributes(
                  FileAttributes.Type.FILE,
                  48213,
                  0640,
                  1,
                  1_795_342_500,
                  1_795_342_500,
                  new FileAttributes.Identity(1, 7))));

  /** The answer to a WRITE, in a packet of its own. */
  @Benchmark
  public long status() throws IOException, InterruptedException {
    writer.status(7, Status.OK, Status.OK.text());
    return flushed();
  }

  /** The same while more requests wait: many share a packet. */
  @Benchmark
  @OperationsPerInvocation(TOGETHER)
  public long statusAmongOthers() throws IOException, InterruptedException {
    for (int id = 0; id < TOGETHER; id++) {
      writer.status(id, Status.OK, Status.OK.text());
    }
    return flushed();
  }

  /**
   * The answer to a READ of 32 KiB, out of a buffer that the kernel reads into. It is longer than
   * one packet may be and goes in two.
   */
  @Benchmark
  public long data() throws IOException, InterruptedException {
    writer.data(7, data.clear());
    return flushed();
  }

  /** The answer to a READDIR. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public long names() throws IOException, InterruptedException {
    writer.names(7, entries);
    return flushed();
  }

  private long flushed() throws IOException, InterruptedException {
    writer.flush();
    return channel.sentBytes();
  }
}
