package io.quaymaster.system;

import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One of two servers that do the same work for the same client.
 *
 * @param login whom the client logs in as
 * @param port where it really listens
 * @param files where what the client calls {@code .} lies
 * @param home what to put before a remote name for {@code scp -O}
 * @param processes all that serves
 */
record BenchSide(
    String login,
    OpenSsh client,
    int port,
    Path files,
    String home,
    Supplier<Processes> processes) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What is written down after a session is written by then. */
  private static final Duration SETTLED = Duration.ofMillis(400);

  /** The same server with another client. */
  BenchSide by(OpenSsh other) {
    return new BenchSide(login, other, port, files, home, processes);
  }

  /** All that was used so far, when nobody is connected any more. */
  double cpuSeconds() throws InterruptedException {
    await().atMost(PATIENCE).until(() -> !isConnected());
    Thread.sleep(SETTLED);
    return processes.get().cpuSeconds();
  }

  /** Whether a connection to the port stands: state 01 in proc_net_tcp(5). */
  private boolean isConnected() throws IOException {
    String local = ":%04X ".formatted(port);
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
      return lines.map(String::strip).anyMatch(line -> isEstablished(line.split(" +"), local));
    }
  }

  private static boolean isEstablished(String[] fields, String local) {
    return (fields[1] + " ").endsWith(local) && fields[3].equals("01");
  }
}
