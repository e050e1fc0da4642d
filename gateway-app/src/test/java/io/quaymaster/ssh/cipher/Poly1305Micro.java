package io.quaymaster.ssh.cipher;

import io.quaymaster.micro.MicroBenchmark;
import org.apache.sshd.common.mac.Poly1305Mac;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Nanoseconds to authenticate one message under a new key, by the gateway's code and MINA's. */
@State(Scope.Thread)
public class Poly1305Micro extends MicroBenchmark {
  private final Poly1305 ours = new Poly1305();
  private final Poly1305Mac minas = new Poly1305Mac();
  private final byte[] key = new byte[Poly1305.KEY_BYTES];
  private final byte[] tag = new byte[Poly1305.TAG_BYTES];

  @Param({"64", "1024", "32768"})
  int bytes;

  private byte[] message = {};

  @Setup
  public void begin() {
    message = new byte[bytes];
  }

  @Benchmark
  public byte[] gateway() {
    ours.init(key);
    ours.update(message, 0, bytes);
    ours.finish(tag);
    return tag;
  }

  @Benchmark
  public byte[] mina() throws Exception {
    minas.init(key);
    minas.update(message, 0, bytes);
    minas.doFinal(tag, 0);
    return tag;
  }
}
