package io.quaymaster.system;

import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSshKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * OpenSSH's {@code sshd} with {@code internal-sftp}, on loopback, with a configuration and keys of
 * its own, for whoever runs this: what the gateway is measured beside. Needs root, as sshd does.
 */
final class OpenSshServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(10);

  private final Path files;
  private final int port;
  private final Process process;

  /**
   * @param folder of its own
   * @param key what lets in
   */
  OpenSshServer(Path folder, OpenSshKeys key) {
    try {
      this.files = Files.createDirectories(folder.resolve("files"));
      // Where it separates privileges; Debian's service makes it.
      Files.createDirectories(Path.of("/run/sshd"));
      this.port = freePort();
      Path config =
          Files.writeString(
              folder.resolve("sshd_config"),
              """
              ListenAddress 127.0.0.1:%d
              HostKey %s
              AuthorizedKeysFile %s
              PidFile none
              StrictModes no
              UsePAM no
              PermitRootLogin prohibit-password
              MaxStartups 2000
              LoginGraceTime 300
              Subsystem sftp internal-sftp -d %s
              """
                  .formatted(
                      port,
                      OpenSshKeys.generate(folder.resolve("host"), "ed25519").file(),
                      key.file() + ".pub",
                      files));
      this.process =
          new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      await().atMost(START_LIMIT).until(this::listens);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** Where sessions begin. */
  Path files() {
    return files;
  }

  Processes processes() {
    return new Processes(List.of(process.pid()));
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
