package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs clients that are no OpenSSH sftp, where they are installed: lftp, rclone, sshfs. */
final class OtherClients {
  private final TestGateway gateway;
  private final TestAccount account;
  private final OpenSsh client;

  /**
   * @param client whose folder they run in
   */
  OtherClients(TestGateway gateway, TestAccount account, OpenSsh client) {
    this.gateway = gateway;
    this.account = account;
    this.client = client;
  }

  private static void needs(String program) {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", program)),
        program + " is not installed (Debian package " + program + ")");
  }

  OpenSsh.Result lftp(String commands) throws IOException {
    needs("lftp");
    String connect =
        "set sftp:connect-program \"ssh -a -x -F %s -i %s\"; set net:max-retries 1; open sftp://%s:@quay; "
            .formatted(client.config(), account.key().file(), account.login().replace("@", "%40"));
    return run("lftp", "-c", connect + commands);
  }

  /** The account's files are {@code :sftp:}. */
  OpenSsh.Result rclone(String... what) throws IOException {
    needs("rclone");
    List<String> line =
        new ArrayList<>(
            List.of(
                "rclone",
                "--config=/dev/null",
                "--sftp-host=127.0.0.1",
                "--sftp-port=" + gateway.port(),
                "--sftp-user=" + account.login(),
                "--sftp-key-file=" + account.key().file(),
                "--sftp-shell-type=none",
                "--sftp-disable-hashcheck",
                "--retries=1"));
    line.addAll(List.of(what));
    return run(line.toArray(String[]::new));
  }

  /** A command of a shell in the client's folder. */
  OpenSsh.Result shell(String command) throws IOException {
    return run("sh", "-c", command);
  }

  private OpenSsh.Result run(String... line) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.directory(client.local("").toFile());
    builder.environment().put("HOME", client.local("").toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Path output = client.local("output-" + line[0]);
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join(" ", line)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    return new OpenSsh.Result(
        String.join(" ", line), process.exitValue(), Files.readAllBytes(output));
  }

  /** Home, mounted by sshfs until this is closed. */
  final class Mount implements AutoCloseable {
    private final Path at;

    private Mount(Path at) {
      this.at = at;
    }

    Path file(String path) {
      return at.resolve(path);
    }

    @Override
    public void close() throws IOException {
      run("fusermount", "-u", at.toString()).succeeds();
    }
  }

  Mount sshfs() throws IOException {
    needs("sshfs");
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse cannot be opened here");
    Path at = Files.createDirectories(client.local("mounted"));
    OpenSsh.Result mounted =
        run(
            "sshfs",
            // With several threads sshfs may ask for a file before it closes it, although the
            // program that wrote it has closed it long ago: the kernel does not wait for that.
            "-s",
            "-F",
            client.config().toString(),
            "-o",
            "IdentityFile=" + account.key().file(),
            "quay:/",
            at.toString());
    boolean refused =
        mounted.status() != 0
            && new String(mounted.bytes(), StandardCharsets.UTF_8).contains("fuse");
    assumeTrue(!refused, "the kernel refuses FUSE mounts here");
    mounted.succeeds();
    return new Mount(at);
  }
}
