package io.quaymaster.system;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL that a test may stop and start again on the same port, as one that fails over. */
final class OwnPostgres implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final int port;
  private @Nullable EmbeddedPostgres running;

  /**
   * @param folder where its data are
   */
  static OwnPostgres start(Path folder) {
    return new OwnPostgres(folder);
  }

  private OwnPostgres(Path folder) {
    this.folder = folder;
    EmbeddedPostgres first = launch(0);
    this.running = first;
    this.port = first.getPort();
  }

  private EmbeddedPostgres launch(int wanted) {
    try {
      return EmbeddedPostgres.builder()
          .setPort(wanted)
          .setDataDirectory(folder.resolve("postgres-data"))
          .setOverrideWorkingDirectory(folder.resolve("postgres-binaries").toFile())
          .setCleanDataDirectory(false)
          .setServerConfig("unix_socket_directories", "")
          .setPGStartupWait(START_LIMIT)
          .start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What a gateway is told of it. */
  Map<String, String> settings() {
    return Map.of(
        "SPRING_DATASOURCE_URL", "jdbc:postgresql://localhost:" + port + "/postgres",
        "SPRING_DATASOURCE_USERNAME", "postgres",
        "SPRING_DATASOURCE_PASSWORD", "postgres");
  }

  /** Ends all connections, whatever they are doing. */
  void stop() {
    EmbeddedPostgres postgres = running;
    if (postgres != null) {
      running = null;
      try {
        postgres.close();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  void startAgain() {
    running = launch(port);
  }

  @Override
  public void close() {
    stop();
  }
}
