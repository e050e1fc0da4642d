package io.quaymaster.storage.s3;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server from a jar, as a process of its own on any free port of the loopback address. What it
 * writes goes to a file beside the jar. Threads: any.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Process process;
  private final Path log;
  private final int port;

  private ServerProcess(Process process, Path log, Pattern announcement) {
    this.process = process;
    this.log = log;
    try {
      this.port = awaitPort(announcement);
    } catch (RuntimeException | Error failure) {
      end();
      throw failure;
    }
  }

  /**
   * Starts a server and returns when it listens.
   *
   * @param jar its name in the folder that Maven copied the servers to
   * @param options of the JVM
   * @param announcement what it writes when it listens; the first group is its port
   */
  static ServerProcess start(
      String jar, List<String> options, List<String> arguments, Pattern announcement) {
    Path folder = folder();
    if (!Files.isRegularFile(folder.resolve(jar))) {
      throw new IllegalStateException(
          jar + " is not in " + folder + ": Maven copies it there in generate-test-resources");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-jar", folder.resolve(jar).toString()));
    command.addAll(arguments);
    try {
      Path log = Files.createTempFile(folder, jar.replace(".jar", "-"), ".log");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return new ServerProcess(process, log, announcement);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Where the jars are, the logs, and whatever else a server keeps. */
  static Path folder() {
    return Path.of(System.getProperty("test.s3.jars", "target/s3")).toAbsolutePath();
  }

  /** Removes a folder with all that a server has left in it. */
  static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** All that it wrote so far. */
  String log() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Ends the process; its log stays. Nothing happens if it has ended. */
  @Override
  public void close() {
    end();
  }

  private int awaitPort(Pattern announcement) {
    Matcher[] found = new Matcher[1];
    await(log.getFileName() + " to say its port")
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              Matcher matcher = announcement.matcher(log());
              if (matcher.find()) {
                found[0] = matcher;
              } else if (!process.isAlive()) {
                throw new IllegalStateException("The server ended: " + log());
              }
              return found[0] != null;
            });
    return Integer.parseInt(found[0].group(1));
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
