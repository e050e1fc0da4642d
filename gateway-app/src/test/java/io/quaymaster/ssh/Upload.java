package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * OpenSSH's {@code sftp} at work on one command, a download perhaps, while the test does something
 * else. Threads: one.
 */
public final class Upload implements AutoCloseable {
  private final Process sftp;
  private final Path output;

  private Upload(Process sftp, Path output) {
    this.sftp = sftp;
    this.output = output;
  }

  public static Upload begin(OpenSsh client, String command) {
    try {
      Path output = Files.createTempFile(client.local("."), "upload", ".out");
      byte[] input = command.getBytes(StandardCharsets.UTF_8);
      return new Upload(client.begin(input, output, "sftp", "-b", "-", "quay"), output);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /** Waits until so many bytes have arrived, and shows that it is still under way then. */
  public Upload hasBrought(long bytes, Path file) {
    await()
        .atMost(OpenSsh.PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> !sftp.isAlive() || (Files.exists(file) && Files.size(file) >= bytes));
    assertThat(sftp.isAlive()).as(said()).isTrue();
    return this;
  }

  public boolean isUnderWay() {
    return sftp.isAlive();
  }

  public String said() {
    try {
      return Files.readString(output);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** The exit status, at the latest after a while. */
  public int ends(Duration atMost) {
    try {
      return sftp.onExit().get(atMost.toMillis(), TimeUnit.MILLISECONDS).exitValue();
    } catch (TimeoutException hangs) {
      throw new AssertionError("it hangs: " + said(), hangs);
    } catch (InterruptedException | ExecutionException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  public void succeeds() {
    assertThat(ends(OpenSsh.PATIENCE)).as(said()).isZero();
  }

  public void fails() {
    assertThat(ends(OpenSsh.PATIENCE)).as(said()).isNotZero();
  }

  /** As {@link OpenSsh#signal}. */
  void signal(String name) {
    OpenSsh.signal(sftp, name);
  }

  /** The connection breaks. */
  @Override
  public void close() {
    OpenSsh.kill(sftp);
  }
}
