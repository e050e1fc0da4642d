package io.quaymaster.process;

import io.quaymaster.ssh.OpenSsh;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/**
 * The packaged gateway ({@code target/quaymaster.jar}), and what the README's section for operators
 * makes of it: its jars one beside the other, with a cache of their classes (JEP 483, 514), which a
 * JVM starts from in less than half of the time. Threads: any.
 */
final class Installation {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path INSTALLED = TARGET.resolve("installed");
  private static final Path CACHE = INSTALLED.resolve("quaymaster.aot");

  /** Of the jar that was installed: its time tells nothing, for builds are reproducible. */
  private static final Path CHECKSUM = INSTALLED.resolve("quaymaster.sha256");

  /** JDK 25 warns of single adapters that it then makes anew. */
  private static final String QUIETLY = "-Xlog:aot*=error";

  /** A gateway that is killed leaves what it has there: in its test's folder, where it runs. */
  private static final String TEMPORARY = "-Djava.io.tmpdir=.";

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
    return List.of(java(), "-XX:AOTCache=" + CACHE, QUIETLY, TEMPORARY, "-jar", installedJar());
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
    FileSystemUtils.deleteRecursively(INSTALLED);
    GatewayProcess.Setup here = GatewayProcess.in(INSTALLED);
    GatewayProcess.Ended extraction = here.by(Installation::extraction).run();
    if (extraction.status() != 0) {
      throw new IllegalStateException(extraction.output());
    }
    GatewayProcess training = here.by(Installation::training).start();
    // The JVM writes the cache when it ends.
    training.close();
    if (!Files.exists(CACHE)) {
      throw new IllegalStateException("no " + CACHE + ":\n" + training.log());
    }
  }

  /** Into a folder that is not empty: the log is there. */
  private static List<String> extraction() {
    return List.of(
        java(),
        "-Djarmode=tools",
        "-jar",
        jar().toString(),
        "extract",
        "--force",
        "--destination",
        INSTALLED.toString());
  }

  private static List<String> training() {
    return List.of(java(), "-XX:AOTCacheOutput=" + CACHE, "-jar", installedJar());
  }
}
