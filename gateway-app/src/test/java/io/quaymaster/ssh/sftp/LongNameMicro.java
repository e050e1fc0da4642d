package io.quaymaster.ssh.sftp;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.micro.MicroBenchmark;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Nanoseconds to make one line as {@code ls -l} prints it. */
@State(Scope.Thread)
public class LongNameMicro extends MicroBenchmark {
  private static final long NOW_SECONDS = 1_795_342_500;
  private static final String NAME = "settlement-000123.csv";

  private final LongName longName =
      new LongName(
          "alice", "acme", Clock.fixed(Instant.ofEpochSecond(NOW_SECONDS), ZoneOffset.UTC));
  private final FileAttributes one = modifiedAgo(60);
  private final FileAttributes other = modifiedAgo(120);
  private boolean turn;

  private static FileAttributes modifiedAgo(long seconds) {
    long at = NOW_SECONDS - seconds;
    return new FileAttributes(
        FileAttributes.Type.FILE, 48213, 0640, 1, at, at, new FileAttributes.Identity(1, 7));
  }

  /** Modified when its neighbour was. */
  @Benchmark
  public String sameTime() {
    return longName.of(NAME, one);
  }

  @Benchmark
  public String anotherTime() {
    turn = !turn;
    return longName.of(NAME, turn ? one : other);
  }
}
