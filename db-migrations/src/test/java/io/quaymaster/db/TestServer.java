package io.quaymaster.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The one PostgreSQL of a test JVM, started by whoever asks first and stopped with the JVM.
 *
 * <p>The system property {@code test.db} chooses: {@code testcontainers}, {@code embedded}, or
 * {@code auto} (default): Testcontainers where an engine answers that has {@link #IMAGE} already,
 * else the embedded one. A machine without an engine pays nothing for the question.
 */
final class TestServer {
  static final String IMAGE = "postgres:17-alpine";

  private static final String TEMPLATE = "quaymaster_template";

  /** Owns the databases and is bound by row-level security, as a gateway's role should be. */
  private static final String OWNER = "quaymaster";

  /** Many pools of many contexts live side by side in one test JVM. */
  private static final int MAX_CONNECTIONS = 300;

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private static final class Holder {
    static final TestServer INSTANCE = start();
  }

  /** As {@link TestDatabase#url()}, up to the name of the database. */
  private final String urlPrefix;

  private final String superuser;
  private final String password;
  private final AtomicInteger created = new AtomicInteger();
  private boolean hasTemplate;

  private TestServer(String urlPrefix, String superuser, String password) {
    this.urlPrefix = urlPrefix;
    this.superuser = superuser;
    this.password = password;
    administer(
        "create role %s login password '%s' nosuperuser nobypassrls".formatted(OWNER, password));
  }

  static TestServer get() {
    return Holder.INSTANCE;
  }

  synchronized TestDatabase createMigrated() {
    if (!hasTemplate) {
      administer("create database " + TEMPLATE + " owner " + OWNER);
      database(TEMPLATE).flyway().migrate();
      // CREATE DATABASE refuses a template that somebody is connected to.
      administer("alter database " + TEMPLATE + " with is_template true allow_connections false");
      hasTemplate = true;
    }
    return create(" template " + TEMPLATE);
  }

  TestDatabase createEmpty() {
    return create("");
  }

  void drop(String name) {
    administer("drop database if exists " + name + " with (force)");
  }

  private TestDatabase create(String options) {
    String name = "test_" + created.incrementAndGet();
    administer("create database " + name + " owner " + OWNER + options);
    return database(name);
  }

  private TestDatabase database(String name) {
    return new TestDatabase(urlPrefix + name, OWNER, password);
  }

  /** Runs SQL as the superuser, outside of any database of a test. */
  void administer(String sql) {
    try {
      new TestDatabase(urlPrefix + "postgres", superuser, password).execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException("could not " + sql, failure);
    }
  }

  private static TestServer start() {
    String wanted = System.getProperty("test.db", "auto");
    TestServer server =
        switch (wanted) {
          case "embedded" -> startEmbedded();
          case "testcontainers" -> startContainer();
          case "auto" -> DockerEngine.canStart(IMAGE) ? startContainer() : startEmbedded();
          default ->
              throw new IllegalArgumentException(
                  "test.db=" + wanted + ": one of auto, embedded, testcontainers");
        };
    LoggerFactory.getLogger(TestServer.class).info("Tests run on {}", server.urlPrefix);
    return server;
  }

  private static TestServer startEmbedded() {
    // Binaries are unpacked once for each user of the machine: nobody trusts another's.
    Path unpacked =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "quaymaster-test-postgres-" + System.getProperty("user.name"));
    String password = UUID.randomUUID().toString();
    try {
      Path passwordFile = Files.writeString(Files.createTempFile("test-postgres", ""), password);
      // A password is asked for, as everywhere, so that tests can have a wrong one.
      EmbeddedPostgres postgres =
          EmbeddedPostgres.builder()
              .setLocaleConfig("auth", "scram-sha-256")
              .setLocaleConfig("pwfile", passwordFile.toString())
              .setConnectConfig("password", password)
              .setOverrideWorkingDirectory(unpacked.toFile())
              .setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
              .setServerConfig("unix_socket_directories", "")
              .setPGStartupWait(START_LIMIT)
              .start();
      Files.delete(passwordFile);
      return new TestServer(
          "jdbc:postgresql://localhost:" + postgres.getPort() + "/", "postgres", password);
    } catch (IOException failure) {
      throw new UncheckedIOException("the embedded PostgreSQL did not start", failure);
    }
  }

  private static TestServer startContainer() {
    PostgreSQLContainer container =
        new PostgreSQLContainer(IMAGE)
            .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=" + MAX_CONNECTIONS)
            .withStartupTimeout(START_LIMIT);
    container.start();
    // Ryuk, which would do it, needs an image of its own; see the environment in the parent POM.
    Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
    return new TestServer(
        "jdbc:postgresql://%s:%d/".formatted(container.getHost(), container.getMappedPort(5432)),
        container.getUsername(),
        container.getPassword());
  }
}
