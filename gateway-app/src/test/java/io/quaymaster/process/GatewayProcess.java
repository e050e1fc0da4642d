package io.quaymaster.process;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@linkplain Installation installed} gateway as a process of its own, for *IT tests. All ports
 * are any free ones; everything else is as a person would start it. Its output goes to a file
 * beside the data folder. Threads: one.
 */
public final class GatewayProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  /**
   * How a gateway is started. Immutable.
   *
   * @param command what the arguments stand behind; asked for at the start, and may take its time
   */
  public record Setup(
      Path folder,
      Supplier<List<String>> command,
      Map<String, String> environment,
      List<String> arguments) {
    public Setup {
      environment = Map.copyOf(environment);
      arguments = List.copyOf(arguments);
    }

    /** A variable, instead of one that was set before. */
    public Setup with(String variable, String value) {
      Map<String, String> more = new LinkedHashMap<>(environment);
      more.put(variable, value);
      return new Setup(folder, command, more, arguments);
    }

    public Setup withArgument(String argument) {
      List<String> more = new ArrayList<>(arguments);
      more.add(argument);
      return new Setup(folder, command, environment, more);
    }

    /** As {@code java -jar target/quaymaster.jar}, without flags. */
    public Setup asPackaged() {
      return by(Installation::packaged);
    }

    Setup by(Supplier<List<String>> another) {
      return new Setup(folder, another, environment, arguments);
    }

    public Path dataFolder() {
      return folder.resolve("data");
    }

    /** Starts it and returns when it is ready. */
    public GatewayProcess start() {
      GatewayProcess gateway = new GatewayProcess(this);
      try {
        gateway.awaitReady();
        return gateway;
      } catch (RuntimeException | Error failure) {
        gateway.close();
        throw failure;
      }
    }

    /** Starts it and returns when it has ended by itself. */
    public Ended run() {
      try (GatewayProcess gateway = new GatewayProcess(this)) {
        return new Ended(gateway.awaitEnd(), gateway.log());
      }
    }
  }

  /** How a process ended, and all that it wrote. */
  public record Ended(int status, String output) {}

  private final Setup setup;
  private final Path logFile;
  private final Process process;

  private GatewayProcess(Setup setup) {
    this.setup = setup;
    try {
      Files.createDirectories(setup.folder());
      logFile = Files.createTempFile(setup.folder(), "gateway-", ".log");
      process = launch();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * @param folder of the test's own; the data folder is {@code data} in it
   */
  public static Setup in(Path folder) {
    return new Setup(
        folder,
        Installation::installed,
        Map.of(
            "QUAYMASTER_DATA_DIR", folder.resolve("data").toString(),
            "QUAYMASTER_SSH_PORT", "0",
            "QUAYMASTER_ADMIN_PORT", "0",
            "QUAYMASTER_MANAGEMENT_PORT", "0"),
        List.of());
  }

  public int sshPort() {
    return portIn("SSH");
  }

  public int adminPort() {
    return portIn("Admin API");
  }

  public int managementPort() {
    return portIn("Management");
  }

  public String adminUrl() {
    return "http://127.0.0.1:" + adminPort();
  }

  /** The one that it was given, else the generated one. */
  public String adminToken() {
    String given = setup.environment().get("QUAYMASTER_ADMIN_TOKEN");
    if (given != null) {
      return given;
    }
    try {
      return Files.readString(setup.dataFolder().resolve("admin-token")).strip();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public Path dataFolder() {
    return setup.dataFolder();
  }

  /** The folder that local stores lie in. */
  public Path localRoot() {
    String given = setup.environment().get("QUAYMASTER_FILES_LOCAL_ROOTS");
    return given == null ? dataFolder().resolve("stores") : Path.of(given);
  }

  public long pid() {
    return process.pid();
  }

  /** Its own id, and that of its embedded PostgreSQL if it has one. */
  public List<Long> pids() {
    List<Long> pids = new ArrayList<>(List.of(process.pid()));
    if (Files.exists(postgresPidFile())) {
      embeddedPostgres().ifPresent(postgres -> pids.add(postgres.pid()));
    }
    return pids;
  }

  /** All that it wrote so far. */
  public String log() {
    try {
      return Files.readString(logFile, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What stands behind a label of the start-up message. */
  public Optional<String> announced(String label) {
    Matcher line =
        Pattern.compile("(?m)(?:^  |\")" + Pattern.quote(label) + " {2,}([^\"\\n]*)")
            .matcher(log());
    return line.find() ? Optional.of(line.group(1)) : Optional.empty();
  }

  /** To its embedded PostgreSQL, for a look past the gateway: as its superuser. */
  public Connection connectToDatabase() throws SQLException {
    try {
      Path postgres = setup.dataFolder().resolve("postgres");
      // Line 4 of postmaster.pid is the port.
      String port = Files.readAllLines(postgres.resolve("data/postmaster.pid")).get(3).strip();
      return DriverManager.getConnection(
          "jdbc:postgresql://localhost:" + port + "/postgres",
          "postgres",
          Files.readString(postgres.resolve("password")));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** SIGTERM; returns the exit status. */
  public int stop() {
    process.destroy();
    return awaitEnd();
  }

  /** SIGKILL. */
  public void kill9() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGKILL, and the same for its embedded PostgreSQL: as if the machine had lost its power. */
  public void kill9WithDatabase() {
    ProcessHandle postgres = embeddedPostgres().orElseThrow();
    postgres.destroyForcibly();
    kill9();
    postgres.onExit().join();
  }

  /** The same again, on the same data folder, after this one was stopped or killed. */
  public GatewayProcess restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("still running");
    }
    return setup.start();
  }

  /** Stops it if it still runs, and with it the PostgreSQL that a kill left behind. */
  @Override
  public void close() {
    if (process.isAlive()) {
      process.destroy();
      awaitEnd();
    }
    stopOrphanedPostgres();
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>(setup.command().get());
    command.addAll(setup.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(setup.folder().toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(QUAYMASTER|SPRING|LOGGING|OTEL)_.*"));
    builder.environment().putAll(setup.environment());
    return builder.redirectErrorStream(true).redirectOutput(logFile.toFile()).start();
  }

  private void awaitReady() {
    await("the gateway is ready")
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !process.isAlive() || announced("Management").isPresent());
    if (!process.isAlive()) {
      throw new IllegalStateException("the gateway ended:\n" + log());
    }
  }

  private int awaitEnd() {
    try {
      if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the gateway did not end:\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private int portIn(String label) {
    String text =
        announced(label)
            .orElseThrow(() -> new IllegalStateException("no '" + label + "' in:\n" + log()));
    Matcher port = Pattern.compile(":(\\d+)").matcher(text);
    if (!port.find()) {
      throw new IllegalStateException("no port in: " + text);
    }
    return Integer.parseInt(port.group(1));
  }

  private void stopOrphanedPostgres() {
    Path pidFile = postgresPidFile();
    if (!Files.exists(pidFile)) {
      return;
    }
    embeddedPostgres().ifPresent(ProcessHandle::destroy);
    await().atMost(STOP_LIMIT).until(() -> !Files.exists(pidFile));
  }

  private Path postgresPidFile() {
    return setup.dataFolder().resolve("postgres/data/postmaster.pid");
  }

  /** The process in line 1 of postmaster.pid, if it is one of this data folder. */
  private Optional<ProcessHandle> embeddedPostgres() {
    try {
      long pid = Long.parseLong(Files.readAllLines(postgresPidFile()).getFirst().strip());
      return ProcessHandle.of(pid)
          .filter(p -> p.info().command().orElse("").contains(setup.folder().toString()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
