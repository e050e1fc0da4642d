package io.quaymaster.process;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL in a folder: {@code data} (the cluster), {@code binaries} (unpacked once),
 * {@code password} (of both its roles), {@code start.log}. Durable as any other: what was committed
 * survives {@code kill -9} of us and of it.
 *
 * <p>The library that starts it is meant for tests; each setting below takes back one of its
 * defaults. The only class that starts programs, and what a client sends never comes near it.
 */
final class EmbeddedDatabase implements AutoCloseable {
  /** Owns the tables and is no superuser, so that row-level security binds it. */
  static final String USERNAME = "quaymaster";

  private static final String SUPERUSER = "postgres";

  /** As the library calls them, for each platform that we build for. */
  private static final List<String> BINARIES =
      List.of(
          "postgres-linux-x86_64.txz",
          "postgres-linux-arm_64.txz",
          "postgres-darwin-x86_64.txz",
          "postgres-darwin-arm_64.txz");

  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

  /** More than the pool's 20, for whoever looks in by hand. */
  private static final int MAX_CONNECTIONS = 40;

  /** Recovery after a crash comes first. */
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final EmbeddedPostgres postgres;
  private final String password;

  private EmbeddedDatabase(EmbeddedPostgres postgres, String password) {
    this.postgres = postgres;
    this.password = password;
  }

  /**
   * An installation may leave the binaries of PostgreSQL out, as the container image does.
   *
   * @throws StartupFailure they are not there
   */
  static void requireIncluded(ClassLoader classes) {
    if (BINARIES.stream().allMatch(name -> classes.getResource(name) == null)) {
      throw new StartupFailure(
          "No database is named, and this installation has no embedded PostgreSQL. Set"
              + " SPRING_DATASOURCE_URL, for example jdbc:postgresql://db:5432/quaymaster, and"
              + " SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD.");
    }
  }

  /**
   * Starts it, and makes it first if need be. The caller holds the data folder's lock.
   *
   * @throws StartupFailure it does not start
   */
  static EmbeddedDatabase start(Path folder) {
    try {
      PrivateFiles.makeFolder(folder);
      Path cluster = folder.resolve("data");
      Path complete = cluster.resolve("quaymaster-complete");
      setAsideUnfinished(cluster, complete);
      Path passwordFile = folder.resolve("password");
      if (!Files.exists(passwordFile)) {
        PrivateFiles.write(passwordFile, AdminToken.random().getBytes(StandardCharsets.US_ASCII));
      }
      String password = Files.readString(passwordFile, StandardCharsets.US_ASCII).strip();
      EmbeddedPostgres postgres = builder(folder, cluster, passwordFile, password).start();
      if (!Files.exists(complete)) {
        PrivateFiles.write(complete, new byte[0]);
      }
      EmbeddedDatabase database = new EmbeddedDatabase(postgres, password);
      database.handOver();
      return database;
    } catch (IOException | SQLException | RuntimeException failure) {
      throw new StartupFailure(
          "The embedded PostgreSQL in %s did not start: %s. See start.log there and data/log. To use another PostgreSQL, set SPRING_DATASOURCE_URL."
              .formatted(folder, String.valueOf(failure.getMessage()).strip()),
          failure);
    }
  }

  /**
   * Makes our role and gives it the database, and what stands in it: clusters that an earlier build
   * made belong to the superuser. Harmless if done again.
   */
  private void handOver() throws IOException, SQLException {
    try (Connection connection = DriverManager.getConnection(url(), SUPERUSER, password);
        Statement statement = connection.createStatement()) {
      statement.execute(handOver(USERNAME, password));
    } catch (SQLException failure) {
      close();
      throw failure;
    }
  }

  /**
   * @param password of the letters, digits and signs that {@link AdminToken#random} makes
   */
  private static String handOver(String role, String password) {
    return """
    do $$
    declare
        ours text;
    begin
        if not exists (select from pg_roles where rolname = '%1$s') then
            create role %1$s;
        end if;
        alter role %1$s login nosuperuser nobypassrls password '%2$s';
        execute format('alter database %%I owner to %1$s', current_database());
        for ours in
            select format('table %%s', oid::regclass) from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
              and relowner <> '%1$s'::regrole
            union all
            select format('sequence %%s', s.oid::regclass) from pg_class s
            where s.relnamespace = 'public'::regnamespace and s.relkind = 'S' and s.relowner <> '%1$s'::regrole
              and not exists (select from pg_depend where objid = s.oid and deptype in ('a', 'i'))
            union all
            select format('function %%s', oid::regprocedure) from pg_proc
            where pronamespace = 'public'::regnamespace and proowner <> '%1$s'::regrole
        loop
            execute format('alter %%s owner to %1$s', ours);
        end loop;
    end $$
    """
        .formatted(role, password);
  }

  String url() {
    return "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
  }

  String password() {
    return password;
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }

  /** A first start that was cut off leaves a cluster that no later one could use. */
  private static void setAsideUnfinished(Path cluster, Path complete) throws IOException {
    if (Files.exists(cluster) && !Files.exists(complete)) {
      Path aside = cluster.resolveSibling("unfinished-" + System.currentTimeMillis());
      stopOrphan(cluster.toFile(), cluster.resolveSibling("binaries"));
      Files.move(cluster, aside);
      log.warn("The first start was cut off; what it left is in {}", aside);
    }
  }

  private static EmbeddedPostgres.Builder builder(
      Path folder, Path cluster, Path passwordFile, String password) {
    Path binaries = folder.resolve("binaries");
    File startLog = folder.resolve("start.log").toFile();
    return EmbeddedPostgres.builder()
        .setDataDirectory(cluster)
        .setCleanDataDirectory(false)
        .setOverrideWorkingDirectory(binaries.toFile())
        .setRegisterShutdownHook(false)
        .setPGStartupWait(START_LIMIT)
        .setDataDirectoryCustomizer(data -> stopOrphan(data, binaries))
        // Handed to initdb: no entry without the password, not even for users of this machine.
        .setLocaleConfig("auth", "scram-sha-256")
        .setLocaleConfig("pwfile", passwordFile.toString())
        .setConnectConfig("password", password)
        .setServerConfig("unix_socket_directories", "")
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
        // Its own log: a file for each day of the week, so a week at most.
        .setServerConfig("logging_collector", "on")
        .setServerConfig("log_directory", "log")
        .setServerConfig("log_filename", "postgresql-%a.log")
        .setServerConfig("log_truncate_on_rotation", "on")
        .setServerConfig("log_rotation_size", "0")
        .setOutputRedirector(Redirect.to(startLog))
        .setErrorRedirector(Redirect.to(startLog));
  }

  /**
   * PostgreSQL is no child of ours: after {@code kill -9} of the gateway it lives on, and holds the
   * cluster. It is stopped as it should be; a pid file without such a process is removed, because
   * the number may by now belong to somebody else.
   */
  private static void stopOrphan(File cluster, Path binaries) {
    Path pidFile = cluster.toPath().resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    try {
      if (isPostgresOf(cluster.toPath(), Files.readAllLines(pidFile))) {
        log.info("Stopping the PostgreSQL that an earlier run left behind");
        stop(cluster, binaries);
      } else {
        Files.delete(pidFile);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /** Line 1 of postmaster.pid is the process, line 2 the cluster's folder. */
  private static boolean isPostgresOf(Path cluster, List<String> pidFile) throws IOException {
    if (pidFile.size() < 2 || !pidFile.get(0).strip().matches("\\d{1,9}")) {
      return false;
    }
    Path folder = Path.of(pidFile.get(1).strip());
    if (!Files.exists(folder) || !Files.isSameFile(folder, cluster)) {
      return false;
    }
    return ProcessHandle.of(Long.parseLong(pidFile.get(0).strip()))
        .filter(ProcessHandle::isAlive)
        .map(process -> process.info().command().orElse("postgres").contains("postgres"))
        .orElse(false);
  }

  private static void stop(File cluster, Path binaries) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (LinuxUtils.isUnshareAvailable()) {
      // PostgreSQL refuses to act for root; this is how the library started it, too.
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(
        List.of(
            pgCtl(binaries).toString(), "stop", "-D", cluster.getPath(), "-m", "fast", "-w", "-t"));
    command.add(Long.toString(STOP_LIMIT.toSeconds()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(STOP_LIMIT.toSeconds() + 5, TimeUnit.SECONDS)
        || process.exitValue() != 0) {
      throw new IOException("the PostgreSQL that an earlier run left behind does not stop");
    }
  }

  private static Path pgCtl(Path binaries) throws IOException {
    try (Stream<Path> unpacked = Files.list(binaries)) {
      return unpacked
          .map(version -> version.resolve("bin").resolve("pg_ctl"))
          .filter(Files::isExecutable)
          .max(Comparator.comparing(Path::toString))
          .orElseThrow(() -> new IOException("no pg_ctl in " + binaries));
    }
  }
}
