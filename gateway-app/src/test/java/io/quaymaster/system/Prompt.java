package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * OpenSSH's {@code sftp} with somebody at its keyboard: the session stays open until it is left, or
 * ended from outside. A line that begins with {@code -} may fail; any other failure ends it.
 */
final class Prompt implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long it may take until a session that an admin ended is over. */
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  private final Path output;
  private final Process sftp;
  private final Writer keyboard;

  private Prompt(Path output, Process sftp) {
    this.output = output;
    this.sftp = sftp;
    this.keyboard = sftp.outputWriter(StandardCharsets.UTF_8);
  }

  /** Returns when the session is open. */
  static Prompt open(OpenSsh client) {
    try {
      Path output = Files.createTempFile(client.local("."), "prompt", ".out");
      return new Prompt(output, client.beginListening(output, "sftp", "-b", "-", "quay"))
          .types("pwd")
          .sees("Remote working directory");
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  Prompt types(String line) {
    try {
      keyboard.write(line + "\n");
      keyboard.flush();
      return this;
    } catch (IOException gone) {
      throw new UncheckedIOException("sftp is gone: " + screen(), gone);
    }
  }

  /** Types a command and returns when it is done. */
  Prompt does(String command) {
    String echo = "did " + System.nanoTime();
    return types(command).types("!echo " + echo).sees("\n" + echo + "\n");
  }

  /** Waits until this is on the screen. */
  Prompt sees(String text) {
    await().atMost(PATIENCE).until(() -> screen().contains(text) || !sftp.isAlive());
    assertThat(screen()).contains(text);
    return this;
  }

  String screen() {
    try {
      return Files.readString(output);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** Shows that the connection is there and serves. */
  void isOpen() {
    does("ls -la /");
    assertThat(sftp.isAlive()).as(screen()).isTrue();
    assertThat(sftp.descendants()).as(screen()).isNotEmpty();
  }

  /**
   * Shows that the gateway ended the connection, at once and with this reason.
   *
   * @return how long that was waited for
   */
  Duration isThrownOut(String reason) {
    long begun = System.nanoTime();
    await("thrown out")
        .atMost(AT_ONCE)
        .untilAsserted(
            () -> {
              assertThat(screen()).contains(reason);
              assertThat(sftp.descendants()).isEmpty();
            });
    Duration waited = Duration.ofNanos(System.nanoTime() - begun);
    // At its keyboard sftp notices only when something is typed.
    leave();
    assertThat(sftp.exitValue()).as(screen()).isNotZero();
    return waited;
  }

  private void leave() {
    try {
      keyboard.write("pwd\nls\n");
      keyboard.close();
    } catch (IOException goneAlready) {
      assertThat(sftp.onExit().orTimeout(5, TimeUnit.SECONDS).join().isAlive()).isFalse();
    }
    sftp.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Breaks the connection. */
  @Override
  public void close() {
    OpenSsh.kill(sftp);
  }
}
