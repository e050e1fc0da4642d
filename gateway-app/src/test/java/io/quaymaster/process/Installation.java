package io.quaymaster.process;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The packaged gateway ({@code target/quaymaster.jar}), and what the README's section for operators
 * makes of it: its jars one beside the other, with a cache of their classes (JEP 483, 514), which a
 * JVM starts from in less than half of the time. Threads: any.
 */
final class Installation {
  private static final long MINUTES = 5;
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path INSTALLED = TARGET.resolve("installed");
  private static final Path CACHE = INSTALLED.resolve("quaymaster.aot");

  /** Of the jar that was installed: its time tells nothing, for builds are reproducible. */
  private static final Path CHECKSUM = INSTALLED.resolve("quaymaster.sha256");

  /** JDK 25 warns of single adapters that it then makes anew. */
  private static final String QUIETLY = "-Xlog:aot*=error";

  private static boolean installed;

  private Installation() {}

  /** The command for the jar as it was packaged. */
  static List<String> packaged() {
    return List.of(java(), "-jar", jar().toString());
  }

  /** The command for the installed gateway; the first to ask installs it. */
  static synchronized List<String> installed() {
    try {
      if (!installed) {
        String checksum = OpenSsh.sha256(jar());
        if (!Files.exists(CHECKSUM) || !Files.readString(CHECKSUM).equals(checksum)) {
          install();
          Files.writeString(CHECKSUM, checksum);
        }
        installed = true;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return List.of(java(), "-XX:AOTCache=" + CACHE, QUIETLY, "-jar", installedJar());
  }

  private static Path jar() {
    Path jar = TARGET.resolve("quaymaster.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException("no " + jar + ": run mvn package first");
    }
    return jar;
  }

  private static String installedJar() {
    return INSTALLED.resolve("quaymaster.jar").toString();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static void install() throws IOException {
    Files.deleteIfExists(CACHE);
    run(
        Map.of(),
        List.of(
            java(),
            "-Djarmode=tools",
            "-jar",
            jar().toString(),
            "extract",
            "--force",
            "--destination",
            INSTALLED.toString()));
    Path data = Files.createTempDirectory(TARGET, "trained-");
    run(
        GatewayProcess.in(data).environment(),
        List.of(
            java(),
            "-XX:AOTCacheOutput=" + CACHE,
            "-Dspring.context.exit=onRefresh",
            "-jar",
            installedJar()));
    // A process that ends so leaves its PostgreSQL to the next start on that folder.
    Path postgres = data.resolve("data/postgres/data/postmaster.pid");
    ProcessHandle.of(Long.parseLong(Files.readAllLines(postgres).getFirst()))
        .ifPresent(ProcessHandle::destroy);
  }

  private static void run(Map<String, String> environment, List<String> command)
      throws IOException {
    Path log = Files.createTempFile(TARGET, "install-", ".log");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("no end:\n" + Files.readString(log));
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(Files.readString(log));
    }
  }
}
