package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * OpenSSH's own {@code sftp}, {@code scp} and {@code ssh}, run as a person would in a folder that
 * is theirs alone: no file of the user who runs the tests is read. The gateway is the host {@code
 * quay}. A run that takes longer than its time is killed, and the test fails.
 *
 * <p>Threads: each run is its own process; any.
 */
public final class OpenSsh {
  /** What a run left behind; standard output and standard error together. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Result(String line, int status, byte[] bytes) {
    public String output() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    public Result succeeds() {
      assertThat(status).as(line + "\n" + output()).isZero();
      return this;
    }

    /** Fails, and says so in these words. */
    public Result fails(String... words) {
      assertThat(status).as(line + "\n" + output()).isNotZero();
      return says(words);
    }

    public Result says(String... words) {
      for (String word : words) {
        assertThat(output()).as(line).contains(word);
      }
      return this;
    }
  }

  static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final Path config;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  public OpenSsh(int port, String login, Path folder) {
    try {
      this.folder = Files.createDirectories(folder.resolve("local"));
      this.config =
          Files.writeString(
              folder.resolve("config"),
              """
              Host quay
                HostName 127.0.0.1
                Port %d
                User "%s"
                StrictHostKeyChecking no
                UserKnownHostsFile /dev/null
                GlobalKnownHostsFile /dev/null
                UpdateHostKeys no
                IdentitiesOnly yes
                IdentityAgent none
                LogLevel ERROR
              """
                  .formatted(port, login));
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
  }

  private OpenSsh(OpenSsh other, List<String> more) {
    folder = other.folder;
    config = other.config;
    options.addAll(other.options);
    environment.putAll(other.environment);
    options.addAll(more);
  }

  public OpenSsh withKey(OpenSshKeys key) {
    return with("-i", key.file().toString(), "-o", "PreferredAuthentications=publickey");
  }

  /** The same with further options, for all three clients. */
  public OpenSsh with(String... more) {
    return new OpenSsh(this, List.of(more));
  }

  /** The same, but passwords are asked of this program. */
  public OpenSsh askingFor(Path program) {
    OpenSsh asking = new OpenSsh(this, List.of("-o", "BatchMode=no"));
    asking.environment.put("SSH_ASKPASS", program.toString());
    asking.environment.put("SSH_ASKPASS_REQUIRE", "force");
    return asking;
  }

  /** The ssh_config(5) that names the host {@code quay}. */
  public Path config() {
    return config;
  }

  /** The client's own folder: relative local names begin here. */
  public Path local(String name) {
    return folder.resolve(name);
  }

  public Path write(String name, byte[] content) {
    try {
      return Files.write(local(name), content);
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
  }

  /** A local file of so many random bytes, the same for the same size. */
  public Path write(String name, int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return write(name, content);
  }

  /** Runs commands as {@code sftp -b} does: the first that fails ends it, with status 1. */
  public Result sftp(String... commands) {
    return sftp(String.join("\n", commands).getBytes(StandardCharsets.UTF_8));
  }

  /** The same, with commands that are not text. */
  public Result sftp(byte[] commands) {
    return run(commands, "sftp", "-b", "-", "quay");
  }

  /** As {@link #sftp(String...)} with options for sftp alone. */
  public Result sftpWith(List<String> sftpOptions, String... commands) {
    List<String> line = new ArrayList<>(List.of("sftp"));
    line.addAll(sftpOptions);
    line.addAll(List.of("-b", "-", "quay"));
    return run(
        String.join("\n", commands).getBytes(StandardCharsets.UTF_8), line.toArray(String[]::new));
  }

  /** {@code scp} with these arguments; remote ones begin with {@code quay:}. */
  public Result scp(String... arguments) {
    return run(new byte[0], concat("scp", arguments));
  }

  /** {@code ssh} with these arguments; {@code quay} is one of them. */
  public Result ssh(String... arguments) {
    return run(new byte[0], concat("ssh", arguments));
  }

  private static String[] concat(String first, String[] rest) {
    List<String> line = new ArrayList<>(List.of(first));
    line.addAll(List.of(rest));
    return line.toArray(String[]::new);
  }

  private List<String> line(String... command) {
    List<String> line = new ArrayList<>(List.of(command[0], "-F", config.toString()));
    line.addAll(options);
    line.addAll(List.of(command).subList(1, command.length));
    return line;
  }

  /** Starts a client and leaves it running; the caller ends it. */
  public Process begin(byte[] input, Path output, String... command) throws IOException {
    Path in = Files.write(Files.createTempFile(folder.getParent(), "in", ""), input);
    return start(Redirect.from(in.toFile()), output, command);
  }

  /** The same, but what the client reads is what the caller writes to the process. */
  public Process beginListening(Path output, String... command) throws IOException {
    return start(Redirect.PIPE, output, command);
  }

  /** Ends a client that was begun, with the ssh that it runs, as a broken connection would. */
  public static void kill(Process client) {
    client.descendants().forEach(ProcessHandle::destroyForcibly);
    client.destroyForcibly();
    client.onExit().join();
  }

  /**
   * Sends a signal to a client that was begun, and to the ssh that it runs.
   *
   * @param name as kill's, for example {@code STOP}
   */
  static void signal(Process client, String name) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    client.descendants().forEach(ssh -> command.add(Long.toString(ssh.pid())));
    command.add(Long.toString(client.pid()));
    try {
      assertThat(new ProcessBuilder(command).start().waitFor()).as("kill").isZero();
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private Process start(Redirect input, Path output, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(line(command))
            .directory(folder.toFile())
            .redirectInput(input)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Result run(byte[] input, String... command) {
    String shown = String.join(" ", command) + "\n" + new String(input, StandardCharsets.UTF_8);
    try {
      Path output = Files.createTempFile(folder.getParent(), "out", "");
      Process process = begin(input, output, command);
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            shown + " did not end in " + PATIENCE + "\n" + Files.readString(output));
      }
      return new Result(shown, process.exitValue(), Files.readAllBytes(output));
    } catch (IOException missing) {
      throw new IllegalStateException(command[0] + " cannot be run", missing);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  public static String sha256(Path file) {
    try (var in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[1 << 16];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    } catch (NoSuchAlgorithmException never) {
      throw new AssertionError(never);
    }
  }
}
