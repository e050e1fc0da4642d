package io.quaymaster.system;

import io.quaymaster.ssh.OpenSsh;
import java.util.List;

/**
 * Work that two servers do for the same client.
 *
 * @param options of the client
 * @param far whether the server is at a distance
 */
record BenchRow(String name, List<String> options, boolean far, Work work, Check check) {
  /** What is timed. */
  @FunctionalInterface
  interface Work {
    /**
     * @param home what to put before a remote name for {@code scp -O}
     */
    void run(OpenSsh client, String home) throws Exception;
  }

  /** What must be true afterwards. Puts away what must not be there the next time. */
  @FunctionalInterface
  interface Check {
    void run(BenchSide side) throws Exception;
  }

  BenchRow(String name, List<String> options, Work work, Check check) {
    this(name, options, false, work, check);
  }
}
