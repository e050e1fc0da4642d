package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** OpenSSH's {@code sftp} at work on one command, while the test does something else. */
final class Upload implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process sftp;
  private final Path output;

  private Upload(Process sftp, Path output) {
    this.sftp = sftp;
    this.output = output;
  }

  static Upload begin(OpenSsh client, String command) {
    try {
      Path output = Files.createTempFile(client.local("."), "upload", ".out");
      byte[] input = command.getBytes(StandardCharsets.UTF_8);
      return new Upload(client.begin(input, output, "sftp", "-b", "-", "quay"), output);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /** Waits until so many bytes have arrived, and shows that it is still under way then. */
  Upload hasBrought(long bytes, Path file) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !sftp.isAlive() || (Files.exists(file) && Files.size(file) >= bytes));
    assertThat(sftp.isAlive()).as(said()).isTrue();
    return this;
  }

  boolean isUnderWay() {
    return sftp.isAlive();
  }

  String said() {
    try {
      return Files.readString(output);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** The exit status, at the latest after a while. */
  int ends(Duration atMost) {
    try {
      return sftp.onExit().get(atMost.toMillis(), TimeUnit.MILLISECONDS).exitValue();
    } catch (TimeoutException hangs) {
      throw new AssertionError("it hangs: " + said(), hangs);
    } catch (InterruptedException | ExecutionException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  void succeeds() {
    assertThat(ends(PATIENCE)).as(said()).isZero();
  }

  void fails() {
    assertThat(ends(PATIENCE)).as(said()).isNotZero();
  }

  /** The connection breaks. */
  @Override
  public void close() {
    OpenSsh.kill(sftp);
  }
}
